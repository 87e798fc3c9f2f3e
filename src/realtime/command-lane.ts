import { Problem } from '../common/problem.js';
import { MAX_QUEUED_COMMAND_BYTES } from './transport/limits.js';

/** Commands of one socket that may wait their turn. */
const MAX_WAITING = 1_000;

/**
 * Lets the commands of one socket begin in the order in which they were sent. One begins when the one before it has
 * ended, or has let the next one pass because its own place is already certain.
 */
export class CommandLane {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private waitingBytes = 0;
  private readonly overlapping = new Set<Promise<unknown>>();
  private pass: () => void = () => undefined;

  /**
   * Runs `begin` in its turn; the turn ends when the promise that it returns does. `bytes` is what the command keeps in
   * memory until then. Throws `rate_limited` when full.
   */
  run(bytes: number, begin: () => Promise<void>): void {
    if (this.waiting >= MAX_WAITING || this.waitingBytes + bytes > MAX_QUEUED_COMMAND_BYTES) {
      throw new Problem('rate_limited', `${this.waiting} commands of this connection are waiting.`, { retryAfter: 1 });
    }
    this.waiting += 1;
    this.waitingBytes += bytes;
    this.tail = this.tail.then(async () => {
      this.waiting -= 1;
      this.waitingBytes -= bytes;
      await Promise.race([begin(), new Promise<void>((resolve) => (this.pass = resolve))]);
    });
  }

  /** For a command whose place is certain once it is called, like a send in the writer's queue: the next may begin. */
  overlap<T>(result: Promise<T>): Promise<T> {
    this.overlapping.add(result);
    const settled = () => void this.overlapping.delete(result);
    result.then(settled, settled);
    this.pass();
    return result;
  }

  /** For a command that builds on what came before it: waits for the overlapping ones. */
  async alone<T>(command: () => Promise<T>): Promise<T> {
    await Promise.allSettled(this.overlapping);
    return command();
  }
}
