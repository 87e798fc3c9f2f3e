import { Injectable, type OnModuleInit } from '@nestjs/common';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { Config } from '../../config/config.js';
import type { User } from '../../users/user.entity.js';
import { IdentitiesService } from '../identities/identities.service.js';
import { type Claims, isSubject, toProfile } from '../identities/profile.js';
import { AcceptedTokens } from './accepted-tokens.js';
import { issuerKeys } from './issuer-keys.js';

/** How far the clocks may be apart, in seconds. */
const LEEWAY = 30;

/**
 * Takes the tokens of another issuer for ours, where the configuration names one. Its users come with accounts of their
 * own at first sight. RFC 8725: one algorithm, one type, one issuer, one audience, and an end.
 */
@Injectable()
export class IssuerTokens implements OnModuleInit {
  private keys?: JWTVerifyGetKey;
  private readonly accepted = new AcceptedTokens();

  constructor(
    private readonly config: Config,
    private readonly identities: IdentitiesService,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.issuer) this.keys = await issuerKeys(this.config.issuer);
  }

  /** Whether a token says that it is the issuer's. Nothing else of it has been looked at. */
  claims(token: string): boolean {
    if (!this.config.issuer) return false;
    try {
      return decodeJwt(token).iss === this.config.issuer.issuer;
    } catch {
      return false;
    }
  }

  /** Whose token it is. Throws `token_expired`, `unauthenticated`, and `unavailable` when its key cannot be fetched. */
  async authenticate(token: string): Promise<{ principal: Principal; user: User }> {
    const { iss, sub, exp, ...claims } = await this.verify(token);
    if (!isSubject(sub)) throw new Problem('unauthenticated', 'The token names no subject: "sub" must be a string.');
    const user = await this.identities.userOf({ provider: iss!, subject: sub }, toProfile(claims as Claims), {
      // The company that has the issuer decides who is there.
      mayRegister: true,
    });
    if (user.deactivatedAt) throw new Problem('unauthenticated', 'The account is deactivated.');
    const expiresAt = (exp! + LEEWAY) * 1000;
    this.accepted.add(token, expiresAt);
    return { principal: { userId: user.id, sessionId: null, expiresAt }, user };
  }

  /** The hash of a token that was accepted lately and has not expired; null for any other. Asks nothing and nobody. */
  acceptedLately(token: string): string | null {
    return this.config.issuer ? this.accepted.find(token) : null;
  }

  private async verify(token: string): Promise<JWTPayload> {
    const { algorithm, issuer, audience, tokenType } = this.config.issuer!;
    try {
      const { payload } = await jwtVerify(token, this.keys!, {
        algorithms: [algorithm],
        typ: tokenType,
        issuer,
        audience,
        clockTolerance: LEEWAY,
        requiredClaims: ['sub', 'exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new Problem('token_expired');
      if (error instanceof errors.JWTClaimValidationFailed) {
        throw new Problem('unauthenticated', `The token cannot be accepted: ${error.message}.`);
      }
      if (error instanceof errors.JOSEError) throw new Problem('unauthenticated');
      throw error;
    }
  }
}
