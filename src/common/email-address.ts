import { domainToASCII } from 'node:url';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isEmail } from 'class-validator';
import { check } from './fields.js';

/** Spaces, controls, formats, and what else is not drawn: mail servers and people do not tell addresses apart by them. */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
/** What a host name has, before IDNA; of ASCII the rest would mean something in the URL that `domainToASCII` reads. */
const DOMAIN = /^[A-Za-z0-9.\-\u0080-\u{10FFFF}]+$/u;

/**
 * The one way in which an address is written, so that one mailbox is one account: the domain as DNS has it (IDNA, UTS #46),
 * all in lower case, letters beyond ASCII composed (NFC, RFC 6532 section 3.1). Null for what is no address. A quoted local
 * part is none here: it would be a second way to write an address.
 */
export function normalEmailAddress(text: string): string | null {
  const address = text.trim();
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at).toLowerCase().normalize('NFC'), address.slice(at + 1)];
  if (at < 1 || local.startsWith('"') || UNSEEN.test(local) || !DOMAIN.test(domain)) return null;
  const normal = `${local}@${domainToASCII(domain)}`;
  return isEmail(normal) ? normal : null;
}

/** An email address; it arrives as `normalEmailAddress` writes it. */
export const IsEmailAddress = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ format: 'email' }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' && normalEmailAddress(value)) || value),
    check(
      'isEmailAddress',
      '$property must be an email address, without invisible characters',
      (text) => normalEmailAddress(text) !== null,
    ),
  );

/** A username or an email address to log in with, each as it is stored. */
export const FoldedLogin = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => {
    if (typeof value !== 'string') return value;
    return (value.includes('@') && normalEmailAddress(value)) || value.trim().toLowerCase();
  });
