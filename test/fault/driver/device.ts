import { io, type Socket } from 'socket.io-client';
import type { Ack } from '../../../src/changes/contract.js';
import type { Received } from '../history/entries.js';
import type { Recorder } from '../history/recorder.js';
import { until } from '../stage/until.js';
import type { Account } from './account.js';
import { received } from './seen.js';

/** How long a command may take before it counts as unanswered, in milliseconds. */
const PATIENCE = 1_500;

/**
 * A client as a page is one: it comes back by itself, says then what it has, and when nobody answers it takes the line
 * for dead and opens another. Everything that comes is recorded.
 */
export class Device {
  /** The revision up to which it has everything, of each group that it is in. */
  readonly cursors = new Map<string, number>();
  /** How often the server closed the connection with which reason. */
  readonly closings = new Map<string, number>();
  private readonly socket: Socket;
  private connections = 0;
  private offered: Record<string, number> = {};
  private isOpen = false;
  private ready = false;

  constructor(
    readonly name: string,
    readonly account: Account,
    url: string,
    private readonly recorder: Recorder,
  ) {
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
      timeout: 2_000,
      auth: (give: (auth: object) => void) => {
        this.offered = Object.fromEntries(this.cursors);
        give({ token: this.account.token, cursors: this.offered });
      },
    });
    this.socket.on('connect', () => this.connected());
    this.socket.on('disconnect', (reason) => this.disconnected(reason));
    this.socket.on('connect_error', () => void (this.socket.active ? undefined : this.reopen()));
    this.socket.onAny((event: string, payload: unknown) => this.take(event, payload));
  }

  /** The connection that it has, or had last. */
  get connection(): string {
    return `${this.name}#${this.connections}`;
  }

  /** Connected and greeted. */
  get online(): boolean {
    return this.ready;
  }

  /** Resolves when it was greeted. */
  async open(): Promise<void> {
    this.socket.connect();
    await until(`${this.name} to be greeted`, () => this.ready);
  }

  /** Resolves with the acknowledgement. Rejects when none came; then the line is given up. */
  async command(name: string, payload: object, patience = PATIENCE): Promise<Ack<unknown>> {
    const connection = this.connection;
    try {
      return (await this.socket.timeout(patience).emitWithAck(name, payload)) as Ack<unknown>;
    } catch (error) {
      if (this.ready && connection === this.connection) this.socket.io.engine.close();
      throw error;
    }
  }

  close(): void {
    this.socket.close();
  }

  private connected(): void {
    this.connections += 1;
    this.isOpen = true;
    const { connection, offered } = this;
    this.recorder.write({ type: 'connected', connection, user: this.account.id, cursors: offered });
  }

  private disconnected(reason: string): void {
    this.ready = false;
    // The server closes without an answer when it cannot authenticate now: then there was no connection yet.
    if (this.isOpen) this.recorder.write({ type: 'disconnected', connection: this.connection, reason });
    this.isOpen = false;
    // The server said that it is over: with a new token one may come back.
    if (reason === 'io server disconnect') void this.reopen();
  }

  private async reopen(): Promise<void> {
    await this.account.renew().catch(() => undefined);
    this.socket.connect();
  }

  private take(event: string, payload: unknown): void {
    const entry = received(this.connection, event, payload);
    this.recorder.write(entry);
    this.follow(entry as Received);
    if (event === 'ready') this.ready = true;
  }

  private follow({ event, groupId, revision, heads, code }: Received): void {
    for (const [id, head] of Object.entries(heads ?? {})) if (!this.cursors.has(id)) this.cursors.set(id, head);
    if (code !== undefined) this.closings.set(code, (this.closings.get(code) ?? 0) + 1);
    if (groupId === undefined) return;
    if (event === 'group:removed') this.cursors.delete(groupId);
    else if (revision !== undefined) this.cursors.set(groupId, revision);
  }
}
