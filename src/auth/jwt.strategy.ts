import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Principal } from '../common/principal.js';
import { AccessTokens, TOKEN_RULES, type VerifiedToken } from './access-tokens.js';
import { TokenKeys } from './token-keys.js';

/** The header comes with the payload, since the kind of the token stands there. */
const verification = { ...TOKEN_RULES, jsonWebTokenOptions: { complete: true } };

/** Takes the access token from `Authorization: Bearer …`. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    keys: TokenKeys,
    private readonly tokens: AccessTokens,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: null, key: never) => void) =>
        done(null, keys.keyFor(token) as never),
      ...verification,
    });
  }

  async validate(token: VerifiedToken): Promise<Principal> {
    return (await this.tokens.holderOf(token)).principal;
  }
}
