import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AddressKey } from '../../common/address.js';
import { Problem } from '../../common/problem.js';
import { Config, type LimitName, type Rate } from '../../config/config.js';
import { LimitCounters } from './limit-counters.js';
import type { LocalName } from './local-limits.js';
import { SharedWindows } from './shared-windows.js';

/** How many times the limit of a /64 the whole /48 around it has. */
const SITE_FACTOR = 10;

/** How much of a limit is left. */
export interface Allowance {
  rate: Rate;
  remaining: number;
  /** Seconds until it is whole again. */
  reset: number;
}

/** What is counted: something that has a name, or an address, by its network and by the site around that. */
export type LimitKey = string | AddressKey;

/**
 * Counts what is done against the limits of the configuration, per key. What guards accounts is counted in windows that
 * slide, in Redis too, if there is one, for all nodes together; while it is away each node goes by its own count.
 */
@Injectable()
export class RateLimits implements OnApplicationShutdown {
  private readonly shared: SharedWindows | null;
  private readonly counters: LimitCounters;
  private readonly sites: LimitCounters;

  constructor(private readonly config: Config) {
    this.shared = config.redisUrl !== null && config.rateLimits ? new SharedWindows(config.redisUrl) : null;
    this.counters = new LimitCounters(config.limits, this.shared, 'limit');
    this.sites = new LimitCounters(ofSites(config.limits), this.shared, 'site-limit');
  }

  /** Takes one from `key`'s allowance. Throws `rate_limited` with the time to retry; null when limits are off. */
  async take(name: LimitName, key: LimitKey): Promise<Allowance | null> {
    if (!this.config.rateLimits) return null;
    const rate = this.config.limits[name];
    const [own, site] = partsOf(key);
    const { accepted, remaining, retryIn, wholeIn } = await this.counters.take(name, own);
    if (!accepted) throw this.refusal(name, retryIn);
    if (site !== null) {
      const around = await this.sites.take(name, site);
      if (!around.accepted) {
        await this.counters.giveBack(name, own);
        throw this.refusal(name, around.retryIn);
      }
    }
    return { rate, remaining, reset: toSeconds(wholeIn) };
  }

  /** Takes back the last one that `key` took, which turned out not to count. */
  async giveBack(name: LimitName, key: LimitKey): Promise<void> {
    if (!this.config.rateLimits) return;
    const [own, site] = partsOf(key);
    await this.counters.giveBack(name, own);
    if (site !== null) await this.sites.giveBack(name, site);
  }

  /** Takes nothing, and throws `rate_limited` when there is nothing left to take. */
  async requireLeft(name: LocalName, key: string): Promise<void> {
    if (!this.config.rateLimits) return;
    const wait = await this.counters.waitOf(name, key);
    if (wait > 0) throw this.refusal(name, wait);
  }

  onApplicationShutdown(): void {
    this.shared?.close();
  }

  private refusal(name: LimitName, retryIn: number): Problem {
    const retryAfter = toSeconds(retryIn);
    const limit = { name, ...this.config.limits[name] };
    return new Problem('rate_limited', `Try again in ${retryAfter} s.`, { retryAfter, limit });
  }
}

const partsOf = (key: LimitKey): [own: string, site: string | null] =>
  typeof key === 'string' ? [key, null] : [key.network, key.site];

function ofSites(limits: Readonly<Record<LimitName, Rate>>): Record<LimitName, Rate> {
  const widened = Object.entries(limits).map(([name, { points, duration }]) => [
    name,
    { points: points * SITE_FACTOR, duration },
  ]);
  return Object.fromEntries(widened) as Record<LimitName, Rate>;
}

const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));
