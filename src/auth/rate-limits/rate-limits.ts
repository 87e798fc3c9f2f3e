import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Problem } from '../../common/problem.js';
import { Config, type LimitName, type Rate } from '../../config/config.js';
import { SharedWindows } from './shared-windows.js';
import { type Count, SlidingWindow } from './sliding-window.js';

/** What is counted on each node for itself: it comes often, and each node has its own work to protect. */
const LOCAL: ReadonlySet<LimitName> = new Set<LimitName>(['request', 'command', 'connectionCommand']);

/** How much of a limit is left. */
export interface Allowance {
  rate: Rate;
  remaining: number;
  /** Seconds until it is whole again. */
  reset: number;
}

/**
 * Counts what is done against the limits of the configuration, per key, in windows that slide. What guards accounts is
 * counted in Redis too, if there is one, for all nodes together; while it is away each node goes by its own count.
 */
@Injectable()
export class RateLimits implements OnApplicationShutdown {
  private readonly windows: Record<LimitName, SlidingWindow>;
  private readonly shared: SharedWindows | null;

  constructor(private readonly config: Config) {
    const entries = Object.entries(config.limits).map(([name, rate]) => [name, new SlidingWindow(rate)]);
    this.windows = Object.fromEntries(entries) as Record<LimitName, SlidingWindow>;
    this.shared = config.redisUrl !== null && config.rateLimits ? new SharedWindows(config.redisUrl) : null;
  }

  /** Takes one from `key`'s allowance. Throws `rate_limited` with the time to retry; null when limits are off. */
  async take(name: LimitName, key: string): Promise<Allowance | null> {
    if (!this.config.rateLimits) return null;
    const rate = this.config.limits[name];
    const own = this.windows[name].take(key);
    const all = own.accepted && !LOCAL.has(name) ? await this.shared?.take(redisKey(name, key), rate) : undefined;
    const { accepted, remaining, retryIn, wholeIn } = strictest(own, all);
    if (accepted) return { rate, remaining, reset: toSeconds(wholeIn) };
    if (own.accepted) this.windows[name].giveBack(key);
    const retryAfter = toSeconds(retryIn);
    throw new Problem('rate_limited', `Try again in ${retryAfter} s.`, { retryAfter, limit: { name, ...rate } });
  }

  /** Takes back the last one that `key` took, which turned out not to count. */
  async giveBack(name: LimitName, key: string): Promise<void> {
    if (!this.config.rateLimits) return;
    this.windows[name].giveBack(key);
    await this.shared?.giveBack(redisKey(name, key));
  }

  onApplicationShutdown(): void {
    this.shared?.close();
  }
}

const redisKey = (name: LimitName, key: string): string => `messendger:limit:${name}:${key}`;

const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

function strictest(own: Count, all: Count | undefined): Count {
  if (!all) return own;
  return !all.accepted || all.remaining < own.remaining ? all : own;
}
