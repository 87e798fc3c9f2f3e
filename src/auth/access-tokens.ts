import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Problem } from '../common/problem.js';
import type { Principal } from '../common/principal.js';
import { Config } from '../config/config.js';
import { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** What every access token is checked against: one algorithm (RFC 8725 section 3.1), one issuer, one audience. */
export const TOKEN_RULES = {
  algorithms: ['HS256' as const],
  issuer: 'messendger',
  audience: 'messendger',
};
/** RFC 9068 section 2.1: a token of another kind is never taken for an access token. */
const TYPE = 'at+jwt';

/** The secret as a key: given a string, jsonwebtoken first tries for every token whether it is a public key. */
export const signingKey = (secret: string): KeyObject => createSecretKey(secret, 'utf8');

/** A token whose signature, issuer, audience and time are right. */
export interface VerifiedToken {
  header: { typ?: string };
  payload: { sub?: unknown; exp?: unknown };
}

/** Signs and checks access tokens (JWT, RFC 7519). */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly users: UsersService,
    private readonly config: Config,
  ) {}

  sign(userId: string): { accessToken: string; tokenType: 'Bearer'; expiresIn: number } {
    const expiresIn = this.config.accessTokenTtl;
    const { algorithms, issuer, audience } = TOKEN_RULES;
    const header = { alg: algorithms[0]!, typ: TYPE };
    const accessToken = this.jwt.sign({}, { subject: userId, issuer, audience, expiresIn, header });
    return { accessToken, tokenType: 'Bearer', expiresIn };
  }

  /** Whose token it is. Throws `token_expired` or `unauthenticated`. */
  async authenticate(token: string): Promise<{ principal: Principal; user: User }> {
    return this.holderOf(this.verify(token));
  }

  /** Whose token it is, once verified. Throws `unauthenticated` for one of another kind and for a user who is gone. */
  async holderOf({ header, payload }: VerifiedToken): Promise<{ principal: Principal; user: User }> {
    if (header.typ !== TYPE || typeof payload.sub !== 'string' || typeof payload.exp !== 'number') {
      throw new Problem('unauthenticated');
    }
    const user = await this.users.find(payload.sub);
    if (!user) throw new Problem('unauthenticated');
    return { principal: { userId: user.id, expiresAt: payload.exp * 1000 }, user };
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
