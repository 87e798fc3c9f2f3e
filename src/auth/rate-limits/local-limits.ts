import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { LimitName, Rate } from '../../config/config.js';
import type { Count } from './sliding-window.js';

/** What is counted on each node for itself: it comes often, and each node has its own work to protect. */
const LOCAL = [
  'request',
  'handshake',
  'connect',
  'command',
  'connectionCommand',
  'unauthenticated',
] as const satisfies LimitName[];
export type LocalName = (typeof LOCAL)[number];

export const isLocal = (name: LimitName): name is LocalName => (LOCAL as readonly LimitName[]).includes(name);

/** Counts requests and commands in this process, in windows that begin with the first of a key. */
export class LocalLimits {
  private readonly limiters: Record<LocalName, RateLimiterMemory>;

  constructor(rates: Readonly<Record<LimitName, Rate>>) {
    const entries = LOCAL.map((name) => [name, new RateLimiterMemory({ keyPrefix: name, ...rates[name] })]);
    this.limiters = Object.fromEntries(entries) as Record<LocalName, RateLimiterMemory>;
  }

  async take(name: LocalName, key: string): Promise<Count> {
    try {
      const { remainingPoints, msBeforeNext } = await this.limiters[name].consume(key);
      return { accepted: true, remaining: remainingPoints, retryIn: 0, wholeIn: msBeforeNext };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      // What is refused is not counted, so that what others give back is there again.
      await this.giveBack(name, key);
      return { accepted: false, remaining: 0, retryIn: refused.msBeforeNext, wholeIn: refused.msBeforeNext };
    }
  }

  async giveBack(name: LocalName, key: string): Promise<void> {
    await this.limiters[name].reward(key);
  }

  /** Milliseconds until `key` may take again; 0 when it may now. Counts nothing. */
  async waitOf(name: LocalName, key: string): Promise<number> {
    const used = await this.limiters[name].get(key);
    return used && used.remainingPoints <= 0 ? used.msBeforeNext : 0;
  }
}
