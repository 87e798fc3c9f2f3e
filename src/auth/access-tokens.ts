import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { isUUID } from 'class-validator';
import { Problem } from '../common/problem.js';
import type { Principal } from '../common/principal.js';
import { Config } from '../config/config.js';
import { Statements } from '../database/statements.js';
import { User } from '../users/user.entity.js';
import { IssuerTokens } from './issuers/issuer-tokens.js';
import { isLive, type Session } from './sessions/session.entity.js';
import { TokenKeys } from './token-keys.js';

/** What every access token is checked against: one algorithm (RFC 8725 section 3.1), one issuer, one audience. */
export const TOKEN_RULES = {
  algorithms: ['HS256' as const],
  issuer: 'messendger',
  audience: 'messendger',
};
/** RFC 9068 section 2.1: a token of another kind is never taken for an access token. */
const TYPE = 'at+jwt';

const isId = (value: unknown): value is string => isUUID(value, 'loose');

/** The user of a session that is not over. */
const HOLDER = `id = $1 AND deactivated_at IS NULL
  AND EXISTS (SELECT FROM sessions s WHERE s.id = $2 AND s.user_id = $1 AND ${isLive('s', '$3')})`;

/** A token whose signature, issuer, audience and time are right. */
export interface VerifiedToken {
  header: { typ?: string };
  payload: { sub?: unknown; sid?: unknown; exp?: unknown };
}

/** An access token as it is handed out: RFC 6750 bearer token, `expiresIn` in seconds. */
export interface AccessToken {
  accessToken: string;
  tokenType: 'Bearer';
  expiresIn: number;
}

/**
 * Signs and checks access tokens (JWT, RFC 7519). Each is of a session (`sid`), and worth nothing once that is over. Those
 * of another issuer are handed on.
 */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly statements: Statements,
    private readonly config: Config,
    private readonly issuer: IssuerTokens,
    private readonly keys: TokenKeys,
  ) {}

  /** A token that ends with the session, if not before. */
  sign({ id, userId, expiresAt }: Pick<Session, 'id' | 'userId' | 'expiresAt'>): AccessToken {
    const left = Math.ceil((expiresAt.getTime() - Date.now()) / 1000);
    // Never longer than the session may be idle, so that whoever uses it refreshes it in time.
    const { accessTokenTtl, sessionIdleTtl } = this.config;
    const expiresIn = Math.max(1, Math.min(accessTokenTtl, sessionIdleTtl, left));
    const { algorithms, issuer, audience } = TOKEN_RULES;
    const header = { alg: algorithms[0]!, typ: TYPE, kid: this.keys.current.id };
    const accessToken = this.jwt.sign({ sid: id }, { subject: userId, issuer, audience, expiresIn, header });
    return { accessToken, tokenType: 'Bearer', expiresIn };
  }

  /** Whose token it is, ours or the issuer's. Throws `token_expired`, `session_ended`, `unauthenticated` or `unavailable`. */
  async authenticate(token: string): Promise<{ principal: Principal; user: User }> {
    return this.issuer.claims(token) ? this.issuer.authenticate(token) : this.holderOf(this.verify(token));
  }

  /** Whose token it is, once verified. Throws `unauthenticated` for one of another kind, and `session_ended`. */
  async holderOf({ header, payload }: VerifiedToken): Promise<{ principal: Principal; user: User }> {
    const { sub, sid, exp } = payload;
    if (header.typ !== TYPE || !isId(sub) || !isId(sid) || typeof exp !== 'number') {
      throw new Problem('unauthenticated');
    }
    const user = await this.statements.find('session-holder', User, HOLDER, [sub, sid, this.config.sessionIdleTtl]);
    if (!user) throw new Problem('session_ended');
    return { principal: { userId: user.id, sessionId: sid, expiresAt: exp * 1000 }, user };
  }

  /** The session of a token that this server signed, also of one that has expired; null for any other. Asks no database. */
  signedSession(token: string): string | null {
    try {
      const { sid } = this.jwt.verify<{ sid?: unknown }>(token, { ...TOKEN_RULES, ignoreExpiration: true });
      return isId(sid) ? sid : null;
    } catch {
      return null;
    }
  }

  private verify(token: string): VerifiedToken {
    try {
      return this.jwt.verify(token, { ...TOKEN_RULES, complete: true });
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** What to tell someone whose token could not be verified. */
export function refusal(reason: unknown): Problem {
  const expired = reason instanceof Error && reason.name === 'TokenExpiredError';
  return new Problem(expired ? 'token_expired' : 'unauthenticated');
}
