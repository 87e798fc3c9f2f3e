import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import pLimit from 'p-limit';

/** Jobs at a time. */
const CONCURRENCY = 2;
/** Jobs that may wait; further ones are dropped. */
const MAX_WAITING = 1_000;
/** How long a stop waits for the jobs, in milliseconds. */
const FAREWELL = 5_000;

/** Does things after the answer, so that its time tells nothing of them. Bounded: too many are dropped, and logged. */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Background');
  private readonly run = pLimit(CONCURRENCY);
  private readonly jobs = new Set<Promise<void>>();

  /** Does it soon. Returns at once, and never throws. */
  soon(what: string, job: () => Promise<void>): void {
    if (this.run.pendingCount >= MAX_WAITING) {
      this.logger.error(`${what}: dropped, since ${MAX_WAITING} others wait`);
      return;
    }
    const done = this.run(job).catch((error: unknown) => this.logger.error(`${what}: ${String(error)}`));
    this.jobs.add(done);
    void done.then(() => this.jobs.delete(done));
  }

  async beforeApplicationShutdown(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FAREWELL)));
    await Promise.race([Promise.all(this.jobs), late]);
    clearTimeout(timer);
    this.run.clearQueue();
  }
}
