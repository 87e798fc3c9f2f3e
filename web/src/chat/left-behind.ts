import { session } from '../session';
import { keep, namesBeginning, recall } from '../storage';

/** How long what was not sent waits for its author's next login, in milliseconds: 7 days. */
const KEPT = 7 * 86_400_000;
/** When the last session ended, if it left something behind. */
const ENDED_AT = 'ended-at';

/**
 * Sees to what stays in this browser when a session ends. One that expires or is ended elsewhere leaves drafts and
 * unsent messages for the same user's next login; they go when another user logs in here, or after seven days.
 */
export function watchLeftBehind(): void {
  session.subscribe(() => tidy(Date.now()));
}

/** Throws away what waits for a user who is not logged in here, if its time has come. */
export function tidy(now: number): void {
  const current = session.get();
  if (current === undefined) return; // Not known yet.
  // `draft.<user id>.<group id>` and `outbox.<user id>.<message id>`
  const names = [...namesBeginning('draft.'), ...namesBeginning('outbox.')];
  const left = names.filter((name) => name.split('.')[1] !== current?.user.id);
  const endedAt = Number(recall(ENDED_AT) ?? now);
  const isOver = current !== null || now - endedAt > KEPT;
  if (isOver) for (const name of left) keep(name, null);
  keep(ENDED_AT, isOver || left.length === 0 ? null : String(endedAt));
}
