import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { type Observable, tap } from 'rxjs';
import { AUDITED, type AuditedRoute } from './audited.decorator.js';
import { originOf } from './request-origin.js';
import { SecurityLog, type SecurityEventDetails } from './security-log.js';

/** Records the event of a route that is marked `@Audited`, with the ids in its path, once it has succeeded. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: SecurityLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const audited = this.reflector.get<AuditedRoute | undefined>(AUDITED, context.getHandler());
    if (!audited) return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    const { event, field } = audited;
    if (field !== undefined && (request.body as Record<string, unknown>)[field] === undefined) return next.handle();
    return next.handle().pipe(tap((answer) => this.log.record(event, originOf(request), detailsOf(request, answer))));
  }
}

function detailsOf({ path, params, body }: Request, answer: unknown): SecurityEventDetails {
  const { id, userId } = params as Record<string, string | undefined>;
  const added = (body as { userId?: string } | undefined)?.userId;
  // A login answers with the user, who is nobody before.
  const loggedIn = (answer as { user?: { id?: string } } | undefined)?.user?.id;
  return {
    userId: userId ?? added ?? loggedIn,
    ...(path.toLowerCase().startsWith('/groups/') ? { groupId: id } : { sessionId: id }),
  };
}
