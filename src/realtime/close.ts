import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem, type ProblemCode } from '../common/problem.js';
import type { ChatSocket } from './chat-socket.js';
import { Backlog } from './transport/backlog.js';

/** How long a client may take to be told that the connection ends, in milliseconds. */
const FAREWELL = 2_000;

/** How long a client that does not read may take to be told, in milliseconds. */
const LAST_CHANCE = 5_000;

/** After these a client needs another token before it may come back. */
const NEEDS_TOKEN: ReadonlySet<ProblemCode> = new Set(['token_expired', 'session_ended']);

/** Says why, and closes the connection. */
export function close(socket: ChatSocket, code: ProblemCode): void {
  socket.emit('closing', new Problem(code).toDetails());
  // The transport is closed under a client that may come back by itself; one that may not is disconnected.
  if (NEEDS_TOKEN.has(code)) socket.disconnect(true);
  else socket.conn.close();
}

/**
 * Closes the connection of a client that does not read; what waits for it is thrown away if it still does not. Nothing
 * more is sent to it: it catches up when it comes back.
 */
export function closeTooSlow(socket: ChatSocket): void {
  for (const feed of [...socket.data.feeds.values()]) feed.leave(socket);
  close(socket, 'too_slow');
  // The socket is disconnected from here on, while its connection lasts for as long as something waits in it.
  setTimeout(() => Backlog.of(socket.conn).terminate(), LAST_CHANCE).unref();
}

/** Closes the connections; resolves when all have been told and are closed, or after two seconds. */
export async function closeAll(sockets: ChatSocket[], code: ProblemCode): Promise<void> {
  const closed = Promise.all(sockets.map((socket) => once(socket, 'disconnect')));
  for (const socket of sockets) close(socket, code);
  await Promise.race([closed, delay(FAREWELL, undefined, { ref: false })]);
}
