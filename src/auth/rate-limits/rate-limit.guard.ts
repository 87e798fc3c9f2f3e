import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { addressKey, addressOf } from '../../common/address.js';
import type { Principal } from '../../common/principal.js';
import { announceLimit } from '../../common/rate-limit-headers.js';
import { UNLIMITED } from '../../common/unlimited.decorator.js';
import type { LimitName } from '../../config/config.js';
import { DeviceCookie } from '../sessions/device-cookie.js';
import { loginKey } from './account-limit.js';
import { type LimitKey, RateLimits } from './rate-limits.js';

const LIMIT = 'messendger:rate-limit';

/** Counts a route against a limit of its own instead of the one for all requests. */
export const RateLimit = (name: LimitName): MethodDecorator => SetMetadata(LIMIT, name);

/** Limits the requests of a user, or of an address, and announces what is left. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
    private readonly devices: DeviceCookie,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || this.reflector.get(UNLIMITED, context.getClass())) return true;
    const request = context.switchToHttp().getRequest<Request & { user?: Principal }>();
    const response = context.switchToHttp().getResponse<Response>();
    const name = this.reflector.get<LimitName | undefined>(LIMIT, context.getHandler()) ?? 'request';
    await takeAnnounced(this.limits, name, await this.keyOf(request, name), response);
    return true;
  }

  private async keyOf(request: Request & { user?: Principal }, name: LimitName): Promise<LimitKey> {
    if (request.user) return request.user.userId;
    const address = addressOf(request);
    return name === 'login' ? loginKey({ address, known: await this.devices.read(request) }) : addressKey(address);
  }
}

/** Takes one from `key`'s allowance, and announces what is left. Throws `rate_limited`. */
export async function takeAnnounced(
  limits: RateLimits,
  name: LimitName,
  key: LimitKey,
  response: Response,
): Promise<void> {
  const allowance = await limits.take(name, key);
  if (allowance) announceLimit(response, { name, ...allowance.rate }, allowance.remaining, allowance.reset);
}
