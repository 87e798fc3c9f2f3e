import { setImmediate as turn } from 'node:timers/promises';

/** Items of one batch. */
const MAX_BATCH = 200;
/** After a batch of this many items the next one waits for the clients that were just answered: with them it costs little more. */
const BUSY_BATCH = 5;
/** Turns of the event loop for that: in them the answers are written, and what comes upon them is read. */
const GATHERING_TURNS = 5;

/**
 * Hands items to `work` in batches, in the order in which they were added. An item that finds no batch in work goes at
 * once; those that are added meanwhile go together in the next batch. So it adds no wait when it is quiet, and shares
 * the cost of a batch when it is busy.
 */
export class MicroBatcher<T> {
  private waiting: T[] = [];
  private working = false;

  /**
   * `keyOf`: items with the same key never share a batch. `work` settles its items itself; one batch is in work at a
   * time, and `work` must not reject.
   */
  constructor(
    private readonly keyOf: (item: T) => string,
    private readonly work: (batch: T[]) => Promise<void>,
  ) {}

  /** Items that are not in work yet. */
  get size(): number {
    return this.waiting.length;
  }

  add(...items: T[]): void {
    this.waiting.push(...items);
    if (!this.working) void this.drain();
  }

  private async drain(): Promise<void> {
    this.working = true;
    while (this.waiting.length > 0) {
      const batch = this.nextBatch();
      await this.work(batch);
      if (batch.length < BUSY_BATCH) continue;
      for (let passed = 0; passed < GATHERING_TURNS; passed += 1) await turn();
    }
    this.working = false;
  }

  private nextBatch(): T[] {
    const keys = new Set<string>();
    for (const item of this.waiting) {
      const key = this.keyOf(item);
      if (keys.size === MAX_BATCH || keys.has(key)) break;
      keys.add(key);
    }
    return this.waiting.splice(0, keys.size);
  }
}
