import type { Server } from 'node:http';

const SECOND = 1_000;

/**
 * How long a connection may take, so that who sends slowly or nothing holds none for long. Node itself refuses headers of
 * more than 16 KiB, and closes what is late at its next check, every 30 seconds.
 */
export function limitConnections(server: Server): void {
  server.headersTimeout = 15 * SECOND;
  // A body is at most 100 KB.
  server.requestTimeout = 30 * SECOND;
  // Longer than the 60 seconds of common balancers, which would else send a request into a connection that closes.
  server.keepAliveTimeout = 65 * SECOND;
}

/** For a server that stops: what still answers keeps its connection for a second, not for longer than the stop may take. */
export function letConnectionsGo(server: Server): void {
  server.keepAliveTimeout = SECOND;
}
