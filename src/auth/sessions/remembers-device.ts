import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, map, mergeMap, type Observable } from 'rxjs';
import { DeviceCookie, type KnownDevice } from './device-cookie.js';
import { wantsCookie } from './refresh-cookie.js';

/** Reads the cookie of the device for `RequestDevice`, and renews it for whoever the answer logs in by cookie. */
@Injectable()
class DeviceInterceptor implements NestInterceptor<{ user: { id: string } }> {
  constructor(private readonly devices: DeviceCookie) {}

  async intercept(
    context: ExecutionContext,
    next: CallHandler<{ user: { id: string } }>,
  ): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request & { knownDevice?: KnownDevice }>();
    const response = context.switchToHttp().getResponse<Response>();
    const known = await this.devices.read(request);
    request.knownDevice = known;
    if (!wantsCookie(request)) return next.handle();
    const remember = (userId: string) => from(this.devices.remember(request, response, known, userId));
    return next.handle().pipe(mergeMap((answer) => remember(answer.user.id).pipe(map(() => answer))));
  }
}

/** A route that logs a user in, and so makes the device known to the account. */
export const RemembersDevice = (): MethodDecorator => UseInterceptors(DeviceInterceptor);
