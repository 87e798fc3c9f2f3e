import { randomInt } from 'node:crypto';
import { normalEmailAddress } from '../../common/email-address.js';
import { cleanName, isReserved } from '../../common/names.js';

/** What a provider says of someone: the claims of OpenID Connect Core section 5.1, none of which need be there. */
export interface Claims {
  name?: unknown;
  preferred_username?: unknown;
  email?: unknown;
  email_verified?: unknown;
}

/** What a new account begins with. */
export interface Profile {
  displayName: string | null;
  /** As `normalEmailAddress` writes it; null unless the provider says that it is theirs. */
  email: string | null;
  /** Made of what they are called, and allowed as a username; it may be taken. */
  username: string;
}

const MAX_NAME = 64;
const MAX_USERNAME = 32;
const SUFFIX = 6;

/** OpenID Connect Core section 2. */
const MAX_SUBJECT = 255;

/** Whether a claim can be the subject by which an account is found. Its type is not to be trusted: it is from outside. */
export function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_SUBJECT &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

/** What can be used of the claims; the rest is as if it were not there. */
export function toProfile({ name, preferred_username, email, email_verified }: Claims): Profile {
  const address = typeof email === 'string' ? normalEmailAddress(email) : null;
  const names = [preferred_username, address?.split('@')[0], name];
  return {
    displayName: toDisplayName(name),
    email: email_verified === true ? address : null,
    username: names.map(toUsername).find((username) => username !== null) ?? 'user',
  };
}

/** Another username that begins the same, for when it is taken. */
export function varied(username: string): string {
  const digits = String(randomInt(10 ** SUFFIX)).padStart(SUFFIX, '0');
  return `${username.slice(0, MAX_USERNAME - SUFFIX - 1)}-${digits}`;
}

function toUsername(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const username = plain
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, MAX_USERNAME)
    .replace(/^[._-]+|(?<![._-])[._-]+$/g, '');
  return username.length >= 3 && !isReserved(username) ? username : null;
}

/** As `IsDisplayName` wants it. */
function toDisplayName(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  const clean = cleanName(name, MAX_NAME);
  return /[\p{L}\p{N}]/u.test(clean) && !isReserved(clean) ? clean : null;
}
