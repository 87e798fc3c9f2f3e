import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { type Observable, timeout, throwError } from 'rxjs';
import { ANSWER_TIMEOUT_MS, unanswered } from './answer-timeout.js';

const ARRIVED_AT = Symbol('arrived at');
type Timed = Request & { [ARRIVED_AT]?: number };

/** Notes when a request arrived: the guards may have waited for the database too. */
export function noteArrival(request: Timed, _response: unknown, next: () => void): void {
  request[ARRIVED_AT] = Date.now();
  next();
}

/** Answers a request that takes too long with `unavailable`. What it began goes on, and its end is not told. */
@Injectable()
export class AnswerTimeoutInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const arrivedAt = context.switchToHttp().getRequest<Timed>()[ARRIVED_AT] ?? Date.now();
    const first = new Date(arrivedAt + ANSWER_TIMEOUT_MS);
    return next.handle().pipe(timeout({ first, with: () => throwError(unanswered) }));
  }
}
