import { createHash } from 'node:crypto';

const LONG = 200;

/** A text as the history keeps it: of a long one its beginning, and a digest that tells it from any other. */
export function brief(text: string): string {
  if (text.length <= LONG) return text;
  return `${text.slice(0, LONG / 2)}… ${createHash('sha256').update(text).digest('base64url')}`;
}
