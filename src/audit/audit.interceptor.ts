import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { type Observable, tap } from 'rxjs';
import { AUDITED } from './audited.decorator.js';
import { originOf } from './request-origin.js';
import { SecurityLog, type SecurityEventDetails, type SecurityEventName } from './security-log.js';

/** Records the event of a route that is marked `@Audited`, with the ids in its path, once it has succeeded. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: SecurityLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const event = this.reflector.get<SecurityEventName | undefined>(AUDITED, context.getHandler());
    if (event === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(tap((answer) => this.log.record(event, originOf(request), detailsOf(request, answer))));
  }
}

function detailsOf({ path, params }: Request, answer: unknown): SecurityEventDetails {
  const { id, userId } = params as Record<string, string | undefined>;
  // A login answers with the user, who is nobody before.
  const loggedIn = (answer as { user?: { id?: string } } | undefined)?.user?.id;
  return { userId: userId ?? loggedIn, ...(path.startsWith('/groups/') ? { groupId: id } : { sessionId: id }) };
}
