import type { Server } from 'node:http';
import { Logger } from '@nestjs/common';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * How long a connection may take, so that a client that sends slowly, or nothing, holds none for long, nor one that does
 * not read its answer; and how many there may be. Node itself refuses headers of more than 16 KiB, and closes what is
 * late at its next check, every 30 seconds.
 */
export function limitConnections(server: Server, maxConnections: number): void {
  server.headersTimeout = 15 * SECOND;
  // A body is at most 100 KB.
  server.requestTimeout = 30 * SECOND;
  // Longer than the 60 seconds of common balancers, which would else send a request into a connection that closes.
  server.keepAliveTimeout = 65 * SECOND;
  // Nothing came and nothing was taken. Longer than a poll waits for its answer, which is a heartbeat at the latest.
  server.timeout = MINUTE;
  server.maxConnections = maxConnections;
  warnOfDrops(server);
}

/** For a server that stops: what still answers keeps its connection for a second, not for longer than the stop may take. */
export function letConnectionsGo(server: Server): void {
  server.keepAliveTimeout = SECOND;
}

/** At most once a minute: connections that are dropped come in thousands. */
function warnOfDrops(server: Server): void {
  let warnedAt = -Infinity;
  server.on('drop', () => {
    if (performance.now() - warnedAt < MINUTE) return;
    warnedAt = performance.now();
    new Logger('Server').warn(`Connections are dropped: MAX_CONNECTIONS is ${server.maxConnections}`);
  });
}
