import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { IsString, Length } from 'class-validator';
import { IsWellFormed } from '../common/fields.js';
import { Problem } from '../common/problem.js';

const MIN = 8;
const MAX = 128;

/** Guesses that a password must take, by the estimate of zxcvbn: as many as eight characters without any pattern. */
const MIN_GUESSES = 1e8;
/** Characters that are looked at: the estimate takes longer than linear time, at this length up to 40 ms. */
const MAX_ESTIMATED = 32;
/** What is in nobody's dictionary, and on everybody's mind here. */
const PRODUCT = 'messendger';

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

/** What zxcvbn warns of, in words. */
const REASONS: Record<string, string> = {
  userInputs: 'it is made of your name, your address or the name of this server',
  straightRow: 'it is a row of keys',
  keyPattern: 'it is a row of keys',
  simpleRepeat: 'it repeats itself',
  extendedRepeat: 'it repeats itself',
  sequences: 'it is a sequence like abc or 123',
  recentYears: 'it is a year',
  dates: 'it is a date',
  topTen: 'it is a very common password',
  topHundred: 'it is a very common password',
  common: 'it is a very common password',
  similarToCommon: 'it is much like a very common password',
};

/** A password of 8 to 128 characters. `Passwords.hashNew` refuses what is easy to guess. */
export const IsNewPassword = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ format: 'password', minLength: MIN, maxLength: MAX }),
    IsString(),
    Length(MIN, MAX),
    IsWellFormed(),
  );

/**
 * Throws `validation_failed` for a password that is common, has a pattern, or is made of what is known `about` the user
 * (NIST SP 800-63B section 3.1.1.2). Nothing is looked up at a service on the internet.
 */
export function requireUnguessable(field: string, password: string, about: (string | null | undefined)[]): void {
  const { guesses, feedback } = zxcvbn.check(password.slice(0, MAX_ESTIMATED), [PRODUCT, ...wordsOf(about)]);
  if (guesses >= MIN_GUESSES) return;
  const reason = REASONS[feedback.warning ?? ''];
  const why = reason === undefined ? '' : `: ${reason}`;
  throw Problem.field(field, `This password is too common or too easy to guess${why}. Choose another one.`);
}

/** The texts, and the words in them, of which one letter alone says nothing. */
function wordsOf(about: (string | null | undefined)[]): string[] {
  const texts = about.filter((text) => typeof text === 'string');
  const words = texts.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...texts, ...words])].filter((word) => word.length > 2);
}
