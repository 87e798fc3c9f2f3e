import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { takeAnnounced } from '../rate-limits/rate-limit.guard.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { readForm } from './form-body.js';
import { OAuthError } from './oauth-error.js';
import type { TokenForm } from './token.service.js';

/** The limit of each grant: that of the route which does the same. */
const LIMITS = { password: 'login', refresh_token: 'refresh' } as const satisfies Record<TokenForm['grant'], string>;

/** Reads the form, since that says which limit the request counts against. */
@Injectable()
export class GrantGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  /** Throws `invalid_request`, `unsupported_grant_type`, and `rate_limited`. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const parameters = await readForm(request);
    const grant = grantOf(parameters.get('grant_type'));
    const response = context.switchToHttp().getResponse<Response>();
    await takeAnnounced(this.limits, LIMITS[grant], request.ip ?? 'unknown', response);
    request.body = { grant, parameters } satisfies TokenForm;
    return true;
  }
}

function grantOf(name: string | undefined): TokenForm['grant'] {
  if (name === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.');
  if (name === 'password' || name === 'refresh_token') return name;
  throw new OAuthError('unsupported_grant_type', 'grant_type must be password or refresh_token.');
}
