import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressKey } from './address.js';

/** What may wait, in bytes, in responses that were sent to one user, or to one address without one, and not read. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/**
 * Bounds what clients leave unread over HTTP: a response stays in memory until the client has taken it, and a client can
 * open many connections. Above the limit the connection of the newest response ends.
 */
export function limitUnreadResponses(addressOf: (request: IncomingMessage) => string | null) {
  const unread = new Map<string, number>();
  const add = (key: string, bytes: number) => {
    const sum = (unread.get(key) ?? 0) + bytes;
    if (sum > 0) unread.set(key, sum);
    else unread.delete(key);
    return sum;
  };
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
    // No event tells of a response that waits behind others on its connection, as when a client sends many requests at once.
    response.end = (...args: unknown[]) => {
      end(...args);
      // What the operating system did not take at once.
      const bytes = response.writableLength;
      if (bytes === 0) return response;
      // Known by now. One user must not use up what others behind the same address may.
      const { user } = request as { user?: { userId: string } };
      const key = user?.userId ?? addressKey(addressOf(request)).network;
      response.once('close', () => add(key, -bytes));
      if (add(key, bytes) > MAX_UNREAD_BYTES) request.socket.destroy();
      return response;
    };
    next();
  };
}
