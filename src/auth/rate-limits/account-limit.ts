import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem, type ProblemCode } from '../../common/problem.js';
import type { LimitName } from '../../config/config.js';
import { RateLimits } from './rate-limits.js';

/** What somebody who guesses is told; nothing else counts against an account. */
const WRONG: ReadonlySet<ProblemCode> = new Set([
  'invalid_credentials',
  'wrong_password',
  'username_taken',
  'email_taken',
]);

/**
 * Limits what is tried on one account, from however many addresses. Failures alone count, in a window that slides, so that
 * nobody is locked out for good; and they do not keep out who comes from an address where the account is logged in.
 */
@Injectable()
export class AccountLimit {
  constructor(
    private readonly limits: RateLimits,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * Does `work`, and counts it if it fails by a wrong guess. `account` is what was typed, known or not: two names of one
   * account are counted apart, so that a refusal does not tell that they are of the same. Without an address everybody is
   * kept out. Throws `rate_limited`.
   */
  async attempt<T>(account: string, address: string | null, work: () => Promise<T>): Promise<T> {
    const key = keyOf(account);
    try {
      // Taken before, and given back after: of many guesses at once no more come through.
      await this.limits.take('account', key);
    } catch (refusal) {
      if (address !== null && (await this.isLoggedInFrom(account, address))) return work();
      throw refusal;
    }
    try {
      const result = await work();
      await this.limits.giveBack('account', key);
      return result;
    } catch (error) {
      if (!(error instanceof Problem && WRONG.has(error.code))) await this.limits.giveBack('account', key);
      throw error;
    }
  }

  /** Counts one that is done for an account, whatever comes of it. Throws `rate_limited`. */
  async count(name: LimitName, account: string): Promise<void> {
    await this.limits.take(name, keyOf(account));
  }

  private async isLoggedInFrom(account: string, address: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT FROM sessions s
        WHERE s.user_id = (SELECT id FROM users WHERE username = $1 OR email = $1 LIMIT 1)
          AND s.address = $2 AND s.expires_at > now() LIMIT 1`,
      [account, address],
    );
    return rows.length > 0;
  }
}

/** Short, and no name or address is written to Redis. */
const keyOf = (account: string): string => createHash('sha256').update(account).digest('base64url');
