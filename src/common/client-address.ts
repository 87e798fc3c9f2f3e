import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import proxyAddress from 'proxy-addr';
import { addressOf } from './address.js';

/** `addressOf` for requests that do not come through Express, like those of sockets. */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string | null {
  return addressOf({ ip: proxyAddress(request, (_, hop) => hop < trustedProxies) });
}

/** Gives each request an id, which its answer and every line of log about it carry. */
export function identifyRequest(
  request: IncomingMessage & { id?: string },
  response: ServerResponse,
  next: () => void,
) {
  request.id = randomUUID();
  response.setHeader('X-Request-Id', request.id);
  next();
}
