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
  domain: 'Only Google accounts of the organisations that this server names can log in here.',
  closed: 'This server does not accept new accounts. Ask an operator of it.',
  failed: 'Google can’t be reached right now, or did not accept it. Try again in a moment.',
};

/** Why one is not logged in after having been at Google. */
export const googleNotice = new Store<string | null>(null);

/** Remembers where one wanted to go, before leaving for Google. */
export function leaveForGoogle(): void {
  sessionStorage.setItem(GOAL, location.hash);
}

/** Picks up who comes back from Google, and says what came of it once it is known who is here. */
export async function returnFromGoogle(restored: Promise<void>): Promise<void> {
  const outcome = /^#\/google\/([a-z-]+)$/.exec(location.hash)?.[1];
  if (outcome === undefined) return;
  history.replaceState(null, '', sessionStorage.getItem(GOAL) || '#/');
  sessionStorage.removeItem(GOAL);
  await restored;
  if (outcome === 'linked') toast.info('Your account is linked with Google.');
  // The session is in the cookie, like that of anyone who comes back.
  else if (outcome !== 'logged-in') tell(WORDS[outcome] ?? WORDS.failed!);
}

/** Above the form for who has yet to log in, else at the edge. */
function tell(text: string): void {
  if (session.get()) toast.info(text);
  else googleNotice.set(() => text);
}
