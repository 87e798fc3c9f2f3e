import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { Algorithm, hash, verify } from '@node-rs/argon2';
import PQueue from 'p-queue';
import { Problem } from '../common/problem.js';
import { requireUnguessable } from './password-rules.js';

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. */
const OPTIONS = { algorithm: 2 satisfies Algorithm, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Hashes at a time. libuv's pool has four threads, which also read files and ask the DNS: one at least is left to them. */
const CONCURRENCY = Math.min(availableParallelism(), 3);
/** Passwords of one urgency that may wait. At about 30 ms each the last of them waits for seconds, not for minutes. */
const MAX_WAITING = 100;
const RETRY_AFTER_S = 2;

/** Who waits: a stranger, or a user who has proved something already, by a session, a device or a link. These go first. */
export type Urgency = 'stranger' | 'known';
const PRIORITY: Record<Urgency, number> = { stranger: 0, known: 1 };

/**
 * Hashes and checks passwords on the thread pool, so that the event loop goes on. A few at a time, and when too many wait,
 * both throw `unavailable` without doing anything.
 */
@Injectable()
export class Passwords {
  /** The hash of no password, so that checking against nobody takes as long as against somebody. */
  private readonly nobody = hash('nobody', OPTIONS);
  private readonly queue = new PQueue({ concurrency: CONCURRENCY });

  /**
   * The hash of a password that a user chooses; `about` is what others know of the user. Throws `validation_failed` for
   * `field` when it is easy to guess, and `unavailable`.
   */
  async hashNew(
    field: string,
    password: string,
    about: (string | null | undefined)[],
    urgency: Urgency,
  ): Promise<string> {
    requireUnguessable(field, password, about);
    return this.inTurn(urgency, () => hash(password, OPTIONS));
  }

  /** Whether the password is the one that was hashed. Without a hash: false, after the same time. Throws `unavailable`. */
  async matches(password: string, hashed: string | null | undefined, urgency: Urgency): Promise<boolean> {
    const matches = await this.inTurn(urgency, async () => verify(hashed ?? (await this.nobody), password));
    return matches && hashed !== null && hashed !== undefined;
  }

  /** Throws `unavailable` when too many wait already: asked first, so that a login that is refused costs nothing else. */
  requireRoom(urgency: Urgency): void {
    if (this.queue.sizeBy({ priority: PRIORITY[urgency] }) < MAX_WAITING) return;
    throw new Problem('unavailable', 'Too many passwords are being processed right now.', {
      retryAfter: RETRY_AFTER_S,
    });
  }

  private inTurn<T>(urgency: Urgency, work: () => Promise<T>): Promise<T> {
    this.requireRoom(urgency);
    return this.queue.add(work, { priority: PRIORITY[urgency] });
  }
}
