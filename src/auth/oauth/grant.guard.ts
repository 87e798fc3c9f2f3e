import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { addressKey, addressOf } from '../../common/address.js';
import { Config } from '../../config/config.js';
import { takeAnnounced } from '../rate-limits/rate-limit.guard.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { readForm } from './form-body.js';
import { OAuthError } from './oauth-error.js';
import type { TokenForm } from './token.service.js';

/** The limit of each grant: that of the route which does the same. */
const LIMITS = { password: 'login', refresh_token: 'refresh' } as const satisfies Record<TokenForm['grant'], string>;

const GRANTS = Object.keys(LIMITS) as TokenForm['grant'][];

/** Reads the form, since that says which limit the request counts against. */
@Injectable()
export class GrantGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /** Throws `invalid_request`, `unsupported_grant_type`, and `rate_limited`. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const parameters = await readForm(request);
    const grant = this.grantOf(parameters.get('grant_type'));
    const response = context.switchToHttp().getResponse<Response>();
    await takeAnnounced(this.limits, LIMITS[grant], addressKey(addressOf(request)), response);
    request.body = { grant, parameters } satisfies TokenForm;
    return true;
  }

  private grantOf(name: string | undefined): TokenForm['grant'] {
    if (name === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.');
    const { oauthPasswordGrant, passwordLogin } = this.config;
    const allowed = oauthPasswordGrant && passwordLogin ? GRANTS : GRANTS.filter((grant) => grant !== 'password');
    const grant = allowed.find((known) => known === name);
    if (!grant) throw new OAuthError('unsupported_grant_type', `grant_type must be ${allowed.join(' or ')}.`);
    return grant;
  }
}
