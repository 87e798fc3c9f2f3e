import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Principal } from '../common/principal.js';
import { Config } from '../config/config.js';
import { AccessTokens, signingKey, TOKEN_RULES, type VerifiedToken } from './access-tokens.js';

/** The header comes with the payload, since the kind of the token stands there. */
const verification = { ...TOKEN_RULES, jsonWebTokenOptions: { complete: true } };

/** Takes the access token from `Authorization: Bearer …`. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    config: Config,
    private readonly tokens: AccessTokens,
  ) {
    const key = signingKey(config.jwtSecret);
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request: unknown, _token: unknown, done: (error: null, key: never) => void) =>
        done(null, key as never),
      ...verification,
    });
  }

  async validate(token: VerifiedToken): Promise<Principal> {
    return (await this.tokens.holderOf(token)).principal;
  }
}
