import type { Realtime } from '../realtime';
import { inGroup, withRead } from '../state/groups';
import type { ChatState } from '../state/model';
import type { Store } from '../state/store';

/** A busy conversation is marked as read this often at most. */
const PAUSE = 1_000;

/**
 * Knows what is being looked at, and marks it as read: only what is really on the screen, at the end of the
 * conversation, in a page that is in front.
 */
export class Reading {
  private isAtEnd = false;
  private isMarking = false;
  private readonly events = new AbortController();

  constructor(
    private readonly store: Store<ChatState>,
    private readonly realtime: Realtime,
  ) {}

  start(): void {
    const { signal } = this.events;
    document.addEventListener('visibilitychange', () => this.check(), { signal });
    window.addEventListener('focus', () => this.check(), { signal });
  }

  stop(): void {
    this.events.abort();
  }

  /** The list of the open conversation arrived at its end, or was scrolled away from it. */
  atEnd(isAtEnd: boolean): void {
    this.isAtEnd = isAtEnd;
    this.check();
  }

  /** Whether the list of a group follows its end. */
  isFollowing(groupId: string): boolean {
    return this.isAtEnd && this.store.get().openId === groupId;
  }

  /** Whether what arrives in a group is read by that. */
  isReading(groupId: string): boolean {
    return this.isFollowing(groupId) && document.visibilityState === 'visible' && document.hasFocus();
  }

  /** Marks the open conversation as read, if it is. */
  check(): void {
    const { openId, groups } = this.store.get();
    const entry = openId === null ? undefined : groups[openId];
    const newest = entry?.window?.hasNewer === false ? entry.window.messages.at(-1)?.seq : undefined;
    if (!entry || newest === undefined || !this.isReading(entry.group.id) || !this.realtime.online) return;
    const { readSeq, unread } = entry.group.membership;
    if (newest > readSeq || unread > 0) void this.mark(entry.group.id, newest);
  }

  private async mark(groupId: string, seq: number): Promise<void> {
    if (this.isMarking) return;
    this.isMarking = true;
    try {
      const { readSeq, unread } = await this.realtime.send('group:read', { groupId, seq });
      const { me } = this.store.get();
      this.store.set((state) => inGroup(state, groupId, (entry) => withRead(entry, me.id, readSeq, unread)));
    } catch {
      // Not worth a word: the next message, focus or connection tries again.
      return;
    } finally {
      setTimeout(() => (this.isMarking = false), PAUSE);
    }
    setTimeout(() => this.check(), PAUSE);
  }
}
