import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressKey } from './address.js';

/** What may wait, in bytes, in responses that were sent to one address and not read. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/**
 * Bounds what clients leave unread over HTTP: a response stays in memory until the client has taken it, and a client can
 * open many connections. Above the limit the connection of the newest response ends.
 */
export function limitUnreadResponses(addressOf: (request: IncomingMessage) => string | null) {
  const unread = new Map<string, number>();
  const add = (address: string, bytes: number) => {
    const sum = (unread.get(address) ?? 0) + bytes;
    if (sum > 0) unread.set(address, sum);
    else unread.delete(address);
    return sum;
  };
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    // Emitted once everything is handed over; what the operating system did not take at once is still here then.
    response.once('prefinish', () => {
      const bytes = response.writableLength;
      if (bytes === 0) return;
      const address = addressKey(addressOf(request)).network;
      response.once('close', () => add(address, -bytes));
      if (add(address, bytes) > MAX_UNREAD_BYTES) response.destroy();
    });
    next();
  };
}
