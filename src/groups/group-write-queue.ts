import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { LockNotAvailable } from '../database/lock-not-available.js';

/** What an attempt answers that did not get the group's lock and did not wait for it. */
export const BUSY = Symbol('busy');
export type Busy = typeof BUSY;

/** Does something under a group's lock. Without `wait` it answers `BUSY` at once when something else has the lock. */
export type Attempt<T> = (wait: boolean) => Promise<T | Busy>;

/** How long a write may stand in a group's queue before it is refused, in milliseconds. An attempt may follow. */
const QUEUE_TIMEOUT_MS = 8_000;
/** Writes that may stand in the queue of one group; more are refused at once. */
const MAX_QUEUED = 500;
/** Between two attempts that do not wait for the lock, in milliseconds for each queue: all together make few attempts. */
const POLL_INTERVAL_MS = 10;

/**
 * The writes to groups whose lock something else holds. Each group has a queue of its own, in which one write at a time
 * tries to get the lock. A write that waits for a lock holds a connection while it waits, so only a quarter of the pool
 * may be used for that; the writes at the heads of the other queues ask again and again without waiting. So a group
 * that is locked for long delays its own writes alone.
 */
@Injectable()
export class GroupWriteQueue {
  private readonly queues = new Map<string, { tail: Promise<unknown>; length: number }>();
  private readonly maxWaiting: number;
  private waiting = 0;

  constructor({ databasePoolSize }: Config) {
    this.maxWaiting = Math.max(1, Math.floor(databasePoolSize / 4));
  }

  /** Makes the attempt, at once when the group has no queue. Throws what the attempt throws, and `LockNotAvailable`. */
  async run<T>(groupId: string, attempt: Attempt<T>): Promise<T> {
    if (!this.queues.has(groupId)) {
      const result = await attempt(false);
      if (result !== BUSY) return result;
    }
    return this.inTurn(groupId, attempt);
  }

  /** As `run`, for a group that was just found busy. The writes of one group are done in the order of these calls. */
  async inTurn<T>(groupId: string, attempt: Attempt<T>, deadline = Date.now() + QUEUE_TIMEOUT_MS): Promise<T> {
    const queue = this.queues.get(groupId) ?? { tail: Promise.resolve(), length: 0 };
    if (queue.length >= MAX_QUEUED) throw new LockNotAvailable();
    this.queues.set(groupId, queue);
    queue.length += 1;
    const result = queue.tail.then(() => this.underLock(attempt, deadline));
    queue.tail = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) this.queues.delete(groupId);
    }
  }

  private async underLock<T>(attempt: Attempt<T>, deadline: number): Promise<T> {
    for (;;) {
      if (Date.now() >= deadline) throw new LockNotAvailable();
      const result = await (this.waiting < this.maxWaiting ? this.waitFor(attempt) : attempt(false));
      if (result !== BUSY) return result;
      await delay(POLL_INTERVAL_MS * this.queues.size);
    }
  }

  private async waitFor<T>(attempt: Attempt<T>): Promise<T | Busy> {
    this.waiting += 1;
    try {
      return await attempt(true);
    } finally {
      this.waiting -= 1;
    }
  }
}
