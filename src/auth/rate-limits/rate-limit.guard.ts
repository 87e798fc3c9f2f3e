import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { UNLIMITED } from '../../common/unlimited.decorator.js';
import type { LimitName } from '../../config/config.js';
import { type Allowance, RateLimits } from './rate-limits.js';

const LIMIT = 'messendger:rate-limit';

/** Counts a route against a limit of its own instead of the one for all requests. */
export const RateLimit = (name: LimitName): MethodDecorator => SetMetadata(LIMIT, name);

/** Limits the requests of a user, or of an address, and announces what is left. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || this.reflector.get(UNLIMITED, context.getClass())) return true;
    const request = context.switchToHttp().getRequest<Request & { user?: Principal }>();
    const response = context.switchToHttp().getResponse<Response>();
    const name = this.reflector.get<LimitName | undefined>(LIMIT, context.getHandler()) ?? 'request';
    await takeAnnounced(this.limits, name, request.user?.userId ?? request.ip ?? 'unknown', response);
    return true;
  }
}

/** Takes one from `key`'s allowance, and announces what is left. Throws `rate_limited`. */
export async function takeAnnounced(
  limits: RateLimits,
  name: LimitName,
  key: string,
  response: Response,
): Promise<void> {
  try {
    const allowance = await limits.take(name, key);
    if (allowance) announce(response, name, allowance);
  } catch (error) {
    if (error instanceof Problem && error.extras.retryAfter !== undefined) {
      announce(response, name, { rate: limits.rateOf(name), remaining: 0, reset: error.extras.retryAfter });
    }
    throw error;
  }
}

/** The header fields of draft-ietf-httpapi-ratelimit-headers-10. */
function announce(response: Response, name: LimitName, { rate, remaining, reset }: Allowance): void {
  response.setHeader('RateLimit-Policy', `"${name}";q=${rate.points};w=${rate.duration}`);
  response.setHeader('RateLimit', `"${name}";r=${remaining};t=${reset}`);
}
