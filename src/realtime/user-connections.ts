import { Injectable } from '@nestjs/common';
import type { Socket as Connection } from 'engine.io';
import { RateLimits } from '../auth/rate-limits/rate-limits.js';
import { Problem } from '../common/problem.js';
import { Config } from '../config/config.js';

/** How soon a further connection may be tried, in seconds: connections that died unnoticed are gone by then. */
const RETRY_AFTER_S = 30;

/** Limits how often users connect, and how many connections each has to this node at a time. */
@Injectable()
export class UserConnections {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /** Counts a connection of the user until it closes. Throws `rate_limited` or `too_many_connections`. */
  async admit(connection: Connection, userId: string): Promise<void> {
    await this.limits.take('connect', userId);
    const count = this.counts.get(userId) ?? 0;
    const { connectionsPerUser, rateLimits } = this.config;
    if (rateLimits && count >= connectionsPerUser) {
      const detail = `You have ${count} connections. Close one first.`;
      throw new Problem('too_many_connections', detail, { retryAfter: RETRY_AFTER_S });
    }
    if (connection.readyState !== 'open') return;
    this.counts.set(userId, count + 1);
    connection.once('close', () => this.release(userId));
  }

  private release(userId: string): void {
    const count = this.counts.get(userId)! - 1;
    if (count === 0) this.counts.delete(userId);
    else this.counts.set(userId, count);
  }
}
