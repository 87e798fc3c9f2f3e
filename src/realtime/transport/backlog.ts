import type { ServerResponse } from 'node:http';
import type { Socket as Connection } from 'engine.io';
import { TurnTransport } from '../turn-transport.js';
import { MAX_UNAUTHENTICATED_BYTES, MAX_WAITING_BYTES } from './limits.js';

/** How long a poll may stay unread once its connection is over, in milliseconds. */
const UNREAD_POLL_TIMEOUT_MS = 5_000;

/**
 * The bytes that wait in one Engine.IO connection until its client reads them. A connection that reaches its limit ends
 * at once, whatever it was about to send: acknowledgements, refused CONNECTs, heartbeats and events all come by here.
 *
 * A WebSocket keeps what waits in its transport. A client that polls leaves it in the connection until the next poll,
 * and then in the response that it has not read.
 */
export class Backlog {
  private static readonly known = new WeakMap<Connection, Backlog>();

  private isAuthenticated = false;
  /** Bytes of packets that no transport has taken yet. */
  private buffered = 0;
  private response: ServerResponse | undefined;

  private constructor(private readonly connection: Connection) {
    connection.on('packetCreate', ({ data }: { data?: string | Buffer }) => this.count(data));
    connection.on('flush', () => (this.buffered = 0));
    connection.on('upgrade', () => this.setLimit());
    connection.on('close', () => this.release());
  }

  static of(connection: Connection): Backlog {
    const known = Backlog.known.get(connection) ?? new Backlog(connection);
    Backlog.known.set(connection, known);
    return known;
  }

  get bytes(): number {
    const { transport } = this.connection;
    const sent = transport instanceof TurnTransport ? transport.backlog : this.unreadPollBytes;
    return this.buffered + sent;
  }

  /** Bytes that the operating system has taken since the connection began. Stands still when the client stops reading. */
  get deliveredBytes(): number {
    const { transport } = this.connection;
    if (transport instanceof TurnTransport) return transport.deliveredBytes;
    const socket = this.response?.socket;
    return socket ? socket.bytesWritten - socket.writableLength : 0;
  }

  /** The client has authenticated: the limit of a stranger no longer holds. */
  authenticate(): void {
    this.isAuthenticated = true;
    this.setLimit();
  }

  /**
   * Takes the response to a poll. False when the one before it is still unread: a client that reads cannot know that it
   * is answered, and so cannot poll again. Whoever polls without reading would leave a full response on every one.
   */
  poll(response: ServerResponse): boolean {
    if (this.unreadPollBytes > 0 && this.response!.writableEnded) return false;
    this.response = response;
    return true;
  }

  /** Ends the connection at once and drops what waits. */
  terminate(): void {
    const { transport } = this.connection;
    if (transport instanceof TurnTransport) transport.terminate();
    else this.response?.socket?.destroy();
    this.connection.close(true);
  }

  private get unreadPollBytes(): number {
    const { response } = this;
    return response && !response.writableFinished ? response.writableLength : 0;
  }

  private get limit(): number {
    return this.isAuthenticated ? MAX_WAITING_BYTES : MAX_UNAUTHENTICATED_BYTES;
  }

  private setLimit(): void {
    const { transport } = this.connection;
    if (transport instanceof TurnTransport) transport.maxBacklogBytes = this.limit;
  }

  private count(data: string | Buffer | undefined): void {
    // A WebSocket transport takes packets at once, and has the same limit.
    if (this.connection.transport instanceof TurnTransport && !this.connection.upgrading) return;
    // The engine's own byte for the type, and the separator.
    this.buffered += (data === undefined ? 0 : Buffer.byteLength(data)) + 2;
    if (this.bytes > this.limit) this.terminate();
  }

  private release(): void {
    const { response } = this;
    const socket = response?.socket;
    if (!response || !socket || response.writableFinished) return;
    setTimeout(() => {
      if (!response.writableFinished) socket.destroy();
    }, UNREAD_POLL_TIMEOUT_MS).unref();
  }
}
