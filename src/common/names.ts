import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { check, IsLine } from './fields.js';

/** Marks on one letter: written languages need no more, and a tower of them covers its neighbours. */
const MAX_MARKS = 4;

/** Letters of the scripts in which a joiner shows: it says whether the letters beside it are joined. */
const JOINED = ['Arab', 'Syrc', 'Nkoo', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh']
  .concat(['Khmr', 'Mymr', 'Mong'])
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join('');
/** Signs after which a joiner shows, whatever follows (RFC 5892 appendix A). */
const VIRAMA = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA\u1039\u103A\u17D2]`;

/** Where characters that are not drawn themselves belong to what is. */
const IN_PLACE = [
  String.raw`\p{RGI_Emoji}`,
  // Emoji that this Unicode does not know as such yet, and their two styles.
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
  // Variants of a character.
  String.raw`(?<=\p{Script=Han})[\uFE00-\uFE02\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u180B-\u180F]`,
  String.raw`(?<=[[${JOINED}]&&[\p{L}\p{M}]])[\u200C\u200D](?=[[${JOINED}]&&\p{L}])`,
  String.raw`(?<=${VIRAMA})[\u200C\u200D]`,
].join('|');
/**
 * What is in place, as a group, or else a character that is not drawn or turns the direction (all of `Bidi_Control` are of
 * `Cf`). As a constructor: the compiler's target does not know the flag, and every Node.js that we run on does.
 */
const UNSEEN = new RegExp(String.raw`(${IN_PLACE})|[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]`, 'gv');
const JOINERS = /[\u200C\u200D]/g;
const TOWER = new RegExp(String.raw`((?:\p{Mn}|\p{Me}){${MAX_MARKS}})(?:\p{Mn}|\p{Me})+`, 'gu');

/**
 * Names that speak for the server or those who run it; of RFC 2142 too. Nobody is to be called like them, nor like a user
 * who is deleted. As letters and digits alone.
 */
const RESERVED = new Set(
  `abuse admin administrator administrators admins anonymous bot deleted deleteduser everyone help helpdesk hostmaster info
   mailerdaemon messendger moderator moderators noreply official operator owner postmaster root security service staff
   superuser support sysadmin system team webmaster`.split(/\s+/),
);

/** Whether a name is reserved, however it is spaced, punctuated and capitalised. */
export function isReserved(name: string): boolean {
  return RESERVED.has(
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  );
}

/** The one way in which a name is written: composed (NFC), and with single plain spaces. */
export function normalName(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
}

/** A name without what `IsName` refuses, for one that nobody can be asked about. At most `max` characters; may be empty. */
export function cleanName(name: string, max: number): string {
  const line = name.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  const cut = normalName(line)
    .slice(0, max)
    .toWellFormed()
    .replace(/\uFFFD$/, '');
  return normalName(cut.replace(UNSEEN, (_, inPlace?: string) => inPlace ?? '').replace(TOWER, '$1'));
}

/**
 * A name to show of someone or something: as `IsLine`, normal, and without what hides, turns or covers letters. Names that
 * only look alike are not refused; usernames are unique, and ASCII.
 */
export const IsName = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalName(value) : value)),
    IsLine(min, max),
    check(
      'isPlain',
      '$property must not contain invisible characters, or such as change the direction of writing',
      isPlain,
    ),
    check('isLevel', `$property must not have more than ${MAX_MARKS} marks on one letter`, isLevel),
  );

/** A name that is not reserved. */
export const IsFreeName = (): PropertyDecorator =>
  check('isFreeName', '$property is a reserved name', (name) => !isReserved(name));

function isPlain(name: string): boolean {
  return [...name.matchAll(UNSEEN)].every(([, inPlace]) => inPlace !== undefined);
}

function isLevel(name: string): boolean {
  return name.replace(JOINERS, '').search(TOWER) < 0;
}
