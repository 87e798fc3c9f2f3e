import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Problem } from '../../common/problem.js';
import { Config, type LimitName, type Rate } from '../../config/config.js';
import { isLocal, LocalLimits } from './local-limits.js';
import { SharedWindows } from './shared-windows.js';
import { type Count, SlidingWindow } from './sliding-window.js';

/** How much of a limit is left. */
export interface Allowance {
  rate: Rate;
  remaining: number;
  /** Seconds until it is whole again. */
  reset: number;
}

/**
 * Counts what is done against the limits of the configuration, per key. What guards accounts is counted in windows that
 * slide, in Redis too, if there is one, for all nodes together; while it is away each node goes by its own count.
 */
@Injectable()
export class RateLimits implements OnApplicationShutdown {
  private readonly local: LocalLimits;
  private readonly windows: Record<LimitName, SlidingWindow>;
  private readonly shared: SharedWindows | null;

  constructor(private readonly config: Config) {
    this.local = new LocalLimits(config.limits);
    const entries = Object.entries(config.limits).map(([name, rate]) => [name, new SlidingWindow(rate)]);
    this.windows = Object.fromEntries(entries) as Record<LimitName, SlidingWindow>;
    this.shared = config.redisUrl !== null && config.rateLimits ? new SharedWindows(config.redisUrl) : null;
  }

  /** Takes one from `key`'s allowance. Throws `rate_limited` with the time to retry; null when limits are off. */
  async take(name: LimitName, key: string): Promise<Allowance | null> {
    if (!this.config.rateLimits) return null;
    const rate = this.config.limits[name];
    const count = isLocal(name) ? await this.local.take(name, key) : await this.takeShared(name, key);
    const { accepted, remaining, retryIn, wholeIn } = count;
    if (accepted) return { rate, remaining, reset: toSeconds(wholeIn) };
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

  private async takeShared(name: LimitName, key: string): Promise<Count> {
    const own = this.windows[name].take(key);
    if (!own.accepted) return own;
    const all = await this.shared?.take(redisKey(name, key), this.config.limits[name]);
    if (all && !all.accepted) this.windows[name].giveBack(key);
    return all ? strictest(own, all) : own;
  }
}

const redisKey = (name: LimitName, key: string): string => `messendger:limit:${name}:${key}`;

const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

function strictest(own: Count, all: Count): Count {
  return !all.accepted || all.remaining < own.remaining ? all : own;
}
