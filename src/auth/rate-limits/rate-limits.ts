import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../common/problem.js';
import { Config, type LimitName, type Rate } from '../../config/config.js';

/** How much of a limit is left. */
export interface Allowance {
  rate: Rate;
  remaining: number;
  /** Seconds until it is whole again. */
  reset: number;
}

/** Counts what is done against the limits of the configuration, per key. */
@Injectable()
export class RateLimits {
  private readonly limiters: Record<LimitName, RateLimiterMemory>;

  constructor(private readonly config: Config) {
    const entries = Object.entries(config.limits).map(([keyPrefix, rate]) => [
      keyPrefix,
      new RateLimiterMemory({ keyPrefix, ...rate }),
    ]);
    this.limiters = Object.fromEntries(entries) as Record<LimitName, RateLimiterMemory>;
  }

  /** Takes one from `key`'s allowance. Throws `rate_limited` with the time to retry; null when limits are off. */
  async take(name: LimitName, key: string): Promise<Allowance | null> {
    if (!this.config.rateLimits) return null;
    try {
      return this.toAllowance(name, await this.limiters[name].consume(key));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const { reset } = this.toAllowance(name, refused);
      throw new Problem('rate_limited', `Try again in ${reset} s.`, { retryAfter: reset });
    }
  }

  /** What the configuration allows. */
  rateOf(name: LimitName): Rate {
    return this.config.limits[name];
  }

  private toAllowance(name: LimitName, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance {
    return { rate: this.rateOf(name), remaining: remainingPoints, reset: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
  }
}
