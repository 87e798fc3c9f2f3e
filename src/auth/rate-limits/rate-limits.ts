import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../common/problem.js';
import { Config } from '../../config/config.js';

/** How many of what one user or address may do in how many seconds. */
export const POLICIES = {
  /** Accounts made from an address. */
  register: { points: 20, duration: 3600 },
  /** Attempts to log in from an address. */
  login: { points: 20, duration: 60 },
  /** Requests of a user, or of an address without one. */
  request: { points: 600, duration: 60 },
  /** Socket commands of a user. */
  command: { points: 100, duration: 5 },
};

export type PolicyName = keyof typeof POLICIES;

/** How much of a policy is left. */
export interface Allowance {
  limit: number;
  remaining: number;
  /** Seconds until it is whole again. */
  reset: number;
}

/** Counts what is done against the policies, per key. */
@Injectable()
export class RateLimits {
  private readonly limiters: Record<PolicyName, RateLimiterMemory>;

  constructor(private readonly config: Config) {
    const entries = Object.entries(POLICIES).map(([keyPrefix, policy]) => [
      keyPrefix,
      new RateLimiterMemory({ keyPrefix, ...policy }),
    ]);
    this.limiters = Object.fromEntries(entries) as Record<PolicyName, RateLimiterMemory>;
  }

  /** Takes one from `key`'s allowance. Throws `rate_limited` with the time to retry; null when limits are off. */
  async take(policy: PolicyName, key: string): Promise<Allowance | null> {
    if (!this.config.rateLimits) return null;
    try {
      return toAllowance(policy, await this.limiters[policy].consume(key));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const { reset } = toAllowance(policy, refused);
      throw new Problem('rate_limited', `Try again in ${reset} s.`, { retryAfter: reset });
    }
  }
}

function toAllowance(policy: PolicyName, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance {
  return {
    limit: POLICIES[policy].points,
    remaining: remainingPoints,
    reset: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  };
}
