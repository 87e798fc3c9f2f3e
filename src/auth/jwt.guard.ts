import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { PUBLIC } from '../common/principal.js';
import { refusal } from './access-tokens.js';

/** Closes every route that is not marked `@Public()`. Sockets are authenticated in their handshake. */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const open = this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    return open || ((await super.canActivate(context)) as boolean);
  }

  override handleRequest<P>(error: unknown, principal: P | false, info: unknown): P {
    if (error instanceof Error) throw error;
    if (!principal) throw refusal(info);
    return principal;
  }
}
