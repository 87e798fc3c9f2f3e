import { Injectable } from '@nestjs/common';
import { addressKey } from '../../common/address.js';
import { Problem, type ProblemCode } from '../../common/problem.js';
import { AccessTokens } from '../access-tokens.js';
import { IssuerTokens } from '../issuers/issuer-tokens.js';
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
    private readonly issuer: IssuerTokens,
  ) {}

  /**
   * Does `authenticate`, and counts it if the token is refused. Throws `rate_limited`, before the database or the keys of an
   * issuer are asked, once the address has none left. Tokens that this server signed, and those of the issuer that were
   * accepted lately, still pass then, by a count of their own: so nobody keeps out the users behind the same address.
   */
  async attempt<T>(token: string | null, address: string | null, authenticate: () => Promise<T>): Promise<T> {
    // Taken before, and given back after: of many at once no more come through. It is a count of this process.
    const key = addressKey(address);
    const own = await this.limits.take(NAME, key).then(
      () => null,
      (refusal: unknown) => this.requireOwn(token, refusal),
    );
    try {
      const result = await authenticate();
      if (own === null) await this.limits.giveBack(NAME, key);
      return result;
    } catch (error) {
      const isCounted = error instanceof Problem && COUNTED.has(error.code);
      if (own === null && !isCounted) await this.limits.giveBack(NAME, key);
      if (own !== null && isCounted) await this.limits.take(NAME, own).catch(() => undefined);
      throw error;
    }
  }

  /** What the token itself counts by. Not taken before: a page that asks for much at once with a good token is not refused. */
  private async requireOwn(token: string | null, refusal: unknown): Promise<string> {
    const own = token === null ? null : (this.tokens.signedSession(token) ?? this.issuer.acceptedLately(token));
    if (own === null) throw refusal;
    await this.limits.requireLeft(NAME, own);
    return own;
  }
}
