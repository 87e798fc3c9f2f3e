import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Principal } from '../common/principal.js';
import { Config } from '../config/config.js';
import { AccessTokens, TOKEN_RULES, type VerifiedToken } from './access-tokens.js';

/** Takes the access token from `Authorization: Bearer …`. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    config: Config,
    private readonly tokens: AccessTokens,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: config.jwtSecret,
      ...TOKEN_RULES,
      // With the header, since the kind of the token stands there.
      jsonWebTokenOptions: { complete: true },
    });
  }

  async validate(token: VerifiedToken): Promise<Principal> {
    return (await this.tokens.holderOf(token)).principal;
  }
}
