import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { ExtractJwt } from 'passport-jwt';
import { type Principal, PUBLIC } from '../common/principal.js';
import { refusal } from './access-tokens.js';
import { IssuerTokens } from './issuers/issuer-tokens.js';

const bearerOf = ExtractJwt.fromAuthHeaderAsBearerToken();

/** Closes every route that is not marked `@Public()`. Sockets are authenticated in their handshake. */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly issuer: IssuerTokens,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const open = this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    return open || (await this.admitOfIssuer(context)) || ((await super.canActivate(context)) as boolean);
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
