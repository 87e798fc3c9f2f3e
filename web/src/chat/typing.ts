import type { Realtime } from '../realtime';
import type { ChatState } from '../state/model';
import { without } from '../state/records';
import type { Store } from '../state/store';

/** I say that I am typing this often at most. */
const SAY_EVERY = 3_000;

/** Others are shown as typing for this long after they said so. */
const SHOW_FOR = 5_000;

/** Who is typing, both ways. Nothing depends on it, so nothing of it is repeated or reported. */
export class Typing {
  private readonly saidAt = new Map<string, number>();

  constructor(
    private readonly store: Store<ChatState>,
    private readonly realtime: Realtime,
  ) {}

  /** I am typing in a group. */
  say(groupId: string): void {
    const now = Date.now();
    if (!this.realtime.online || now - (this.saidAt.get(groupId) ?? 0) < SAY_EVERY) return;
    this.saidAt.set(groupId, now);
    this.realtime.send('typing', { groupId }).catch(() => undefined);
  }

  /** I have sent what I typed: the next word is news again. */
  said(groupId: string): void {
    this.saidAt.delete(groupId);
  }

  /** Somebody is typing. */
  heard(groupId: string, userId: string): void {
    if (userId === this.store.get().me.id) return;
    const until = Date.now() + SHOW_FOR;
    this.change(groupId, (people) => ({ ...people, [userId]: until }));
    setTimeout(() => {
      this.change(groupId, (people) => (people[userId] === until ? without(people, userId) : people));
    }, SHOW_FOR);
  }

  private change(groupId: string, change: (people: Record<string, number>) => Record<string, number>): void {
    this.store.set((state) => ({
      ...state,
      typing: { ...state.typing, [groupId]: change(state.typing[groupId] ?? {}) },
    }));
  }
}
