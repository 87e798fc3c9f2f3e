import { settings } from './settings.js';

/** Whether a secret is the example, has few different characters, or is something short over and over. */
export function isGuessable(secret: string): boolean {
  if ([settings.JWT_SECRET.example, settings.JWT_SECRET_PREVIOUS.example].includes(secret)) return true;
  return new Set(secret).size < 10 || /^(.{1,20})\1+.{0,19}$/s.test(secret);
}
