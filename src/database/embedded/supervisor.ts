import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from './errors.js';
import { Postmaster, type ServerPlan } from './postmaster.js';
import { removeStrangersPidFile } from './take-over.js';
import type { WatchdogLink } from './watchdog-link.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** A server that ran for so long did not fail because of how it was started. */
const PROVEN_MS = 30_000;

/** Keeps the server running: starts it again whenever it ends, until told to stop. */
export class Supervisor {
  private readonly stopped = new AbortController();
  private readonly finished: Promise<void>;

  constructor(
    private server: Postmaster,
    private readonly plan: ServerPlan,
    private readonly watchdog: WatchdogLink,
    private readonly log: (line: string) => void,
  ) {
    this.finished = this.supervise();
  }

  /** Stops the server for good; resolves once its process is gone. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.server.stop();
    await this.finished;
  }

  private async supervise(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const since = Date.now();
      const end = await this.server.exited;
      if (this.isStopped()) return;
      if (Date.now() - since > PROVEN_MS) pause = FIRST_PAUSE_MS;
      this.log(`PostgreSQL has ended unexpectedly (${end}): starting it again`);
      pause = await this.restart(pause);
    }
  }

  /** Tries until the server runs; resolves with the pause that would have come next. */
  private async restart(pause: number): Promise<number> {
    for (; !this.isStopped(); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await delay(pause, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      if (this.isStopped()) break;
      try {
        await removeStrangersPidFile(this.plan.folder);
        this.server = await Postmaster.start(this.plan, (pid) => this.watchdog.watch(pid));
        this.log('PostgreSQL is running again');
        if (this.isStopped()) await this.server.stop();
        return Math.min(pause * 2, LONGEST_PAUSE_MS);
      } catch (error) {
        this.log(`${messageOf(error)}; trying again in ${Math.min(pause * 2, LONGEST_PAUSE_MS)} ms`);
      }
    }
    return pause;
  }

  private isStopped(): boolean {
    return this.stopped.signal.aborted;
  }
}
