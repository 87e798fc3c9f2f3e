import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { ExtractJwt } from 'passport-jwt';
import { addressOf } from '../common/address.js';
import { type Principal, PUBLIC } from '../common/principal.js';
import { refusal } from './access-tokens.js';
import { IssuerTokens } from './issuers/issuer-tokens.js';
import { AuthenticationLimit } from './rate-limits/authentication-limit.js';

const bearerOf = ExtractJwt.fromAuthHeaderAsBearerToken();

/** Closes every route that is not marked `@Public()`. Sockets are authenticated in their handshake. */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly issuer: IssuerTokens,
    private readonly limit: AuthenticationLimit,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const open = this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    if (open) return true;
    const request = context.switchToHttp().getRequest<Request>();
    return this.limit.attempt(bearerOf(request), addressOf(request), () => this.admit(context));
  }

  private async admit(context: ExecutionContext): Promise<boolean> {
    return (await this.admitOfIssuer(context)) || ((await super.canActivate(context)) as boolean);
  }

  /** Whether it is a token of the issuer. One that is not good is refused: nobody else could take it. */
  private async admitOfIssuer(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request & { user?: Principal }>();
    const token = bearerOf(request);
    if (token === null || !this.issuer.claims(token)) return false;
    request.user = (await this.issuer.authenticate(token)).principal;
    return true;
  }

  override handleRequest<P>(error: unknown, principal: P | false, info: unknown): P {
    if (error instanceof Error) throw error;
    if (!principal) throw refusal(info);
    return principal;
  }
}
