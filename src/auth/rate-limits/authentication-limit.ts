import { Injectable } from '@nestjs/common';
import { type AddressKey, addressKey } from '../../common/address.js';
import { Problem, type ProblemCode } from '../../common/problem.js';
import { AccessTokens } from '../access-tokens.js';
import { IssuerTokens } from '../issuers/issuer-tokens.js';
import { type LimitKey, RateLimits } from './rate-limits.js';

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
    // Taken before, and given back after: of many at once no more come through. Both are counts of this process.
    const key = await this.take(token, addressKey(address));
    try {
      const result = await authenticate();
      await this.limits.giveBack(NAME, key);
      return result;
    } catch (error) {
      if (!(error instanceof Problem && COUNTED.has(error.code))) await this.limits.giveBack(NAME, key);
      throw error;
    }
  }

  private async take(token: string | null, address: AddressKey): Promise<LimitKey> {
    try {
      await this.limits.take(NAME, address);
      return address;
    } catch (refusal) {
      const own = token === null ? null : (this.tokens.signedSession(token) ?? this.issuer.acceptedLately(token));
      if (own === null) throw refusal;
      await this.limits.take(NAME, own);
      return own;
    }
  }
}
