import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ChatSocket } from './chat-socket.js';
import { closeTooSlow } from './close.js';
import { backlogOf, isTooSlow } from './outlet.js';
import { Backlog } from './transport/backlog.js';

/** How often the connections are looked at, in milliseconds. */
const POLL_INTERVAL_MS = 2_000;
/** How long a client may take nothing of what waits for it, in milliseconds. */
const STALL_TIMEOUT_MS = 30_000;

interface Progress {
  deliveredBytes: number;
  /** When it was more than before, or nothing waited. */
  at: number;
}

/**
 * Disconnects clients that do not read. What is sent to a client looks at its backlog too; this finds those to whom
 * nothing is sent, and those who answer heartbeats without reading.
 */
@Injectable()
export class SlowConsumers implements OnApplicationShutdown {
  private readonly sockets = new Map<ChatSocket, Progress>();
  private readonly timer = setInterval(() => this.disconnect(), POLL_INTERVAL_MS).unref();

  /** Looks at a connection for as long as it lasts. */
  watch(socket: ChatSocket): void {
    this.sockets.set(socket, { deliveredBytes: 0, at: performance.now() });
    socket.on('disconnect', () => this.sockets.delete(socket));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private disconnect(): void {
    for (const [socket, progress] of this.sockets) {
      if (isTooSlow(socket) || this.isStalled(socket, progress)) closeTooSlow(socket);
    }
  }

  private isStalled(socket: ChatSocket, progress: Progress): boolean {
    const { deliveredBytes } = Backlog.of(socket.conn);
    if (backlogOf(socket) === 0 || deliveredBytes !== progress.deliveredBytes) {
      progress.deliveredBytes = deliveredBytes;
      progress.at = performance.now();
    }
    return performance.now() - progress.at > STALL_TIMEOUT_MS;
  }
}
