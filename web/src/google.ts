import type { AuthResult } from '../../src/changes/contract';
import { session } from './session';
import { Store } from './state/store';
import { toast } from './toasts';

const GOAL = 'messendger.goal';

/** What came of going to Google, in words. What the server says it with stands behind the `#`. */
const WORDS: Record<string, string> = {
  refused: 'You did not agree at Google, so nothing has changed.',
  stale: 'That took too long, or began in another window. Try again from here.',
  taken: 'This Google account belongs to another account here, or yours is linked with another one.',
  deactivated: 'This account is deactivated.',
  failed: 'Google can’t be reached right now, or did not accept it. Try again in a moment.',
};

/** Why one is not logged in after having been at Google. */
export const googleNotice = new Store<string | null>(null);

/** Remembers where one wanted to go, before leaving for Google. */
export function leaveForGoogle(): void {
  sessionStorage.setItem(GOAL, location.hash);
}

/** Picks up who comes back from Google: with a session in the cookie, or with a reason why not. */
export async function returnFromGoogle(): Promise<void> {
  const outcome = /^#\/google\/([a-z-]+)$/.exec(location.hash)?.[1];
  if (outcome === undefined) return;
  history.replaceState(null, '', sessionStorage.getItem(GOAL) || '#/');
  sessionStorage.removeItem(GOAL);
  if (outcome === 'linked') toast.info('Your account is linked with Google.');
  else if (outcome !== 'logged-in') tell(WORDS[outcome] ?? WORDS.failed!);
  else await logIn().catch(() => tell('The server can’t be reached. Check your connection and try again.'));
}

async function logIn(): Promise<void> {
  const response = await fetch('/auth/refresh', { method: 'POST', headers: { 'session-transport': 'cookie' } });
  if (!response.ok) return tell(WORDS.failed!);
  session.begin((await response.json()) as AuthResult);
}

/** Above the form for who has yet to log in, else at the edge. */
function tell(text: string): void {
  if (session.get()) toast.info(text);
  else googleNotice.set(() => text);
}
