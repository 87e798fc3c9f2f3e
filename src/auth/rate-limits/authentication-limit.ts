import { Injectable } from '@nestjs/common';
import { addressKey } from '../../common/address.js';
import { Problem, type ProblemCode } from '../../common/problem.js';
import { AccessTokens } from '../access-tokens.js';
import { RateLimits } from './rate-limits.js';

/** Refusals that count. An expired token of ours does not: every laptop that wakes up sends one, and it costs no query. */
const COUNTED: ReadonlySet<ProblemCode> = new Set(['unauthenticated', 'session_ended']);
const NAME = 'unauthenticated';

/** Limits the tokens that are refused, by the address that they come from, for HTTP and for sockets. */
@Injectable()
export class AuthenticationLimit {
  constructor(
    private readonly limits: RateLimits,
    private readonly tokens: AccessTokens,
  ) {}

  /**
   * Does `authenticate`, and counts it if the token is refused. Throws `rate_limited`, before the database or the keys of an
   * issuer are asked, once the address has none left. Tokens that this server signed still pass then, by a count of their
   * own session: so nobody keeps out the users behind the same address.
   */
  async attempt<T>(token: string | null, address: string | null, authenticate: () => Promise<T>): Promise<T> {
    const key = addressKey(address);
    await this.limits.requireLeft(NAME, key).catch((refusal: unknown) => this.requireOwn(token, refusal));
    try {
      return await authenticate();
    } catch (error) {
      if (error instanceof Problem && COUNTED.has(error.code)) await this.count(token, error.code, address);
      throw error;
    }
  }

  private async requireOwn(token: string | null, refusal: unknown): Promise<void> {
    const sessionId = token === null ? null : this.tokens.signedSession(token);
    if (sessionId === null) throw refusal;
    await this.limits.requireLeft(NAME, sessionId);
  }

  private async count(token: string | null, code: ProblemCode, address: string | null): Promise<void> {
    await this.limits.take(NAME, addressKey(address)).catch(() => undefined);
    const sessionId = code === 'session_ended' && token !== null ? this.tokens.signedSession(token) : null;
    if (sessionId !== null) await this.limits.take(NAME, sessionId).catch(() => undefined);
  }
}
