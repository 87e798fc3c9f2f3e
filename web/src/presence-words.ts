import type { Presence } from '../../src/changes/contract';
import { momentAgo } from './time';

/** Whether someone is there, or when they last were; null where that is not known. */
export function presenceWords(presence: Presence | undefined, now: number): string | null {
  if (presence?.status === 'online') return 'online';
  return presence?.lastSeenAt ? `last seen ${momentAgo(presence.lastSeenAt, now)}` : null;
}
