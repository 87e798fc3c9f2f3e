import { api } from '../api';
import { Problem } from '../problem';
import { session } from '../session';
import { clearDrafts } from './drafts';
import { tidy } from './left-behind';
import { clearOutbox } from './outbox';

/**
 * Logs out, and leaves nothing behind that the next person at this browser could read. Throws while the server can't be
 * reached: only it can take the cookie away.
 */
export async function logOut(): Promise<void> {
  const user = session.get()?.user;
  if (!user) return;
  await api.logOut().catch((error: unknown) => {
    // There is no cookie, or its session is over: that is what was asked for.
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  });
  session.end();
  clearDrafts(user.id);
  clearOutbox(user.id);
  tidy(Date.now());
}
