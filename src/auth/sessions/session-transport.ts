import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { clearRefreshCookie, setRefreshCookie, TRANSPORT_HEADER, TRANSPORTS, wantsCookie } from './refresh-cookie.js';
import type { SessionTokens } from './sessions.service.js';

/** Moves the refresh token of an answer into the cookie where the request asks for that; an answer without one clears it. */
@Injectable()
class RefreshTokenToCookie implements NestInterceptor<SessionTokens | undefined> {
  intercept(context: ExecutionContext, next: CallHandler<SessionTokens | undefined>): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    if (!wantsCookie(request)) return next.handle();
    return next.handle().pipe(
      map((answer) => {
        if (!answer) return clearRefreshCookie(request, response);
        const { refreshToken, ...rest } = answer;
        setRefreshCookie(request, response, refreshToken, new Date(answer.sessionExpiresAt));
        return rest;
      }),
    );
  }
}

/** A route that hands out a refresh token or takes one back: in the body, or in a cookie. */
export const HandlesRefreshToken = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(RefreshTokenToCookie),
    ApiHeader({
      name: TRANSPORT_HEADER,
      required: false,
      description:
        'How the refresh token travels: in the body, or, for pages, in an `HttpOnly` cookie. A page sends this header with every request that uses the cookie.',
      schema: { type: 'string', enum: [...TRANSPORTS], default: 'body' },
    }),
  );
