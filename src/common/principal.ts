import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';

/** Who makes a request or holds a connection. */
export interface Principal {
  userId: string;
  /** Null for who comes with the token of another issuer: that is no session of ours. */
  sessionId: string | null;
  /** When the access token ends, in milliseconds since the epoch. */
  expiresAt: number;
}

const PUBLIC = 'messendger:public';

/** Opens a route to everyone. Every other route needs an access token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

/** Who makes the request. */
export const Me = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  return context.switchToHttp().getRequest<{ user: Principal }>().user;
});

/** The id of the user who makes the request. */
export const UserId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return context.switchToHttp().getRequest<{ user: Principal }>().user.userId;
});

/** The id of the session in which the request is made; null where it is none of ours. */
export const SessionId = createParamDecorator((_: unknown, context: ExecutionContext): string | null => {
  return context.switchToHttp().getRequest<{ user: Principal }>().user.sessionId;
});

export { PUBLIC };
