import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import proxyAddress from 'proxy-addr';

/** The address of a client, behind as many proxies as are trusted: what Express calls `request.ip`. */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  return proxyAddress(request, (_, hop) => hop < trustedProxies);
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
