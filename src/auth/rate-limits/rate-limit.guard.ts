import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { UNLIMITED } from '../../common/unlimited.decorator.js';
import { type Allowance, POLICIES, type PolicyName, RateLimits } from './rate-limits.js';

const POLICY = 'messendger:rate-limit';

/** Counts a route against a policy of its own instead of the one for all requests. */
export const RateLimit = (policy: PolicyName): MethodDecorator => SetMetadata(POLICY, policy);

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
    const policy = this.reflector.get<PolicyName | undefined>(POLICY, context.getHandler()) ?? 'request';
    try {
      const allowance = await this.limits.take(policy, request.user?.userId ?? request.ip ?? 'unknown');
      if (allowance) announce(response, policy, allowance);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.extras.retryAfter !== undefined) {
        announce(response, policy, { limit: POLICIES[policy].points, remaining: 0, reset: error.extras.retryAfter });
      }
      throw error;
    }
  }
}

/** The header fields of draft-ietf-httpapi-ratelimit-headers-10. */
function announce(response: Response, policy: PolicyName, { limit, remaining, reset }: Allowance): void {
  response.setHeader('RateLimit-Policy', `"${policy}";q=${limit};w=${POLICIES[policy].duration}`);
  response.setHeader('RateLimit', `"${policy}";r=${remaining};t=${reset}`);
}
