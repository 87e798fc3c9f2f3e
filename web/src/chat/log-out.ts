import { session } from '../session';
import { clearDrafts } from './drafts';
import { clearOutbox } from './outbox';

/** Logs out, and leaves nothing behind that the next person at this browser could read. */
export function logOut(): void {
  const user = session.get()?.user;
  if (!user) return;
  session.end();
  clearDrafts(user.id);
  clearOutbox(user.id);
}
