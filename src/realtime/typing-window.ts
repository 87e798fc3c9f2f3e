/** How long after somebody was told as typing this node says it again, in milliseconds. Clients show it for longer. */
const INTERVAL = 2_500;
/** How long after it this node takes it from another one, which keeps to the same interval: on its way it may gain time. */
const LEAST = 2_000;
/** How many are told in that time: with more, "several people" says it all. */
const MAX_TOLD = 5;

/** Bounds what one group is told of who is typing. */
export class TypingWindow {
  /** Who was told and when, in milliseconds, the oldest first. */
  private readonly told = new Map<string, number>();

  /** Whether it is to be said now that the user is typing. */
  isOpenTo(userId: string): boolean {
    return this.admits(userId, INTERVAL);
  }

  /** Whether it is to be told now, and then it counts as told. */
  enter(userId: string): boolean {
    if (!this.admits(userId, LEAST)) return false;
    this.told.set(userId, performance.now());
    return true;
  }

  /** What the user typed was sent: the next typing is news again. */
  clear(userId: string): void {
    this.told.delete(userId);
  }

  private admits(userId: string, interval: number): boolean {
    const expired = performance.now() - interval;
    for (const [id, at] of this.told) {
      if (at > expired) break;
      this.told.delete(id);
    }
    return this.told.size < MAX_TOLD && !this.told.has(userId);
  }
}
