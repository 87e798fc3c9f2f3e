import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { catchError, from, map, mergeMap, type Observable, throwError } from 'rxjs';
import { addressKey, addressOf } from '../../common/address.js';
import { Problem, type ProblemCode } from '../../common/problem.js';
import type { LimitName } from '../../config/config.js';
import { RateLimits } from './rate-limits.js';

const COUNTED = 'messendger:limits-failures';

interface Counted {
  name: LimitName;
  code: ProblemCode;
}

@Injectable()
class FailureLimit implements NestInterceptor<unknown> {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const { name, code } = this.reflector.get<Counted>(COUNTED, context.getHandler());
    const key = addressKey(addressOf(context.switchToHttp().getRequest<Request>()));
    // Taken before, and given back after: of many requests at once no more come through.
    await this.limits.take(name, key);
    const giveBack = () => from(this.limits.giveBack(name, key));
    const refuse = (error: unknown) => throwError(() => error);
    return next.handle().pipe(
      catchError((error: unknown) =>
        error instanceof Problem && error.code === code
          ? refuse(error)
          : giveBack().pipe(mergeMap(() => refuse(error))),
      ),
      mergeMap((answer) => giveBack().pipe(map(() => answer))),
    );
  }
}

/**
 * Counts the requests of an address that fail by `code` against the limit `name`, besides the limit for all requests. Such a
 * route answers `rate_limited` once that is used up.
 */
export const LimitsFailures = (name: LimitName, code: ProblemCode): MethodDecorator =>
  applyDecorators(SetMetadata(COUNTED, { name, code } satisfies Counted), UseInterceptors(FailureLimit));
