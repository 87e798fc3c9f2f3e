import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type {
  Ack,
  Change,
  ClientToServerEvents,
  ProblemDetails,
  ServerToClientEvents,
} from '../../src/changes/contract.js';

type Events = { [E in keyof ServerToClientEvents]: Parameters<ServerToClientEvents[E]>[0] };
type EventName = keyof Events;
type CommandName = keyof ClientToServerEvents;
type Payload<C extends CommandName> = Parameters<ClientToServerEvents[C]>[0];
type Data<C extends CommandName> = Parameters<ClientToServerEvents[C]>[1] extends (answer: Ack<infer T>) => void
  ? T
  : never;

/** One thing that came over the connection. */
export type Received = { [E in EventName]: { event: E; payload: Events[E] } }[EventName];

const DURABLE = /^(message|member):|^group:updated$/;

/** A socket.io-client that remembers everything that came, in order, and lets a test wait for it. */
export class ChatClient {
  readonly received: Received[] = [];
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  private readonly watchers = new Set<() => void>();

  private constructor(url: string, options: Partial<ManagerOptions & SocketOptions>) {
    this.socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, ...options });
    this.socket.onAny((event: EventName, payload: unknown) => {
      this.received.push({ event, payload } as Received);
      for (const watch of this.watchers) watch();
    });
    this.socket.on('disconnect', () => this.watchers.forEach((watch) => watch()));
  }

  /**
   * Connects, and resolves once `ready` came. Rejects with the problem when the handshake is refused, and with Socket.IO's
   * reason when the connection is closed before.
   */
  static async connect(url: string, options: Partial<ManagerOptions & SocketOptions>): Promise<ChatClient> {
    const client = new ChatClient(url, options);
    await new Promise<void>((resolve, reject) => {
      const refused = (error: Error & { data?: ProblemDetails }) => {
        client.socket.close();
        reject(error);
      };
      const closed = (reason: string) => reject(new Error(reason));
      client.socket.once('connect_error', refused).once('disconnect', closed);
      client.socket.once('ready', () => {
        client.socket.off('connect_error', refused).off('disconnect', closed);
        resolve();
      });
    });
    return client;
  }

  /** Sends a command and resolves with its acknowledgement. */
  command<C extends CommandName>(command: C, payload: Payload<C>, timeout = 10_000): Promise<Ack<Data<C>>> {
    return this.emit(timeout, command, payload) as Promise<Ack<Data<C>>>;
  }

  /** As `command`, for what the types forbid. */
  raw(event: string, ...args: unknown[]): Promise<Ack<unknown>> {
    return this.emit(10_000, event, ...args);
  }

  /** As `command`, and fails unless it succeeded. */
  async do<C extends CommandName>(command: C, payload: Payload<C>): Promise<Data<C>> {
    const { data, error } = await this.command(command, payload);
    if (error) throw new Error(`${command}: ${error.code}: ${error.detail}`);
    return data;
  }

  /** The payloads of an event that came so far. */
  all<E extends EventName>(event: E): Events[E][] {
    return this.received.filter((one) => one.event === event).map(({ payload }) => payload as Events[E]);
  }

  /** Resolves with the first payload of the event, come or still to come, for which `when` holds. */
  async next<E extends EventName>(event: E, when: (payload: Events[E]) => boolean = () => true): Promise<Events[E]> {
    await this.until(() => this.all(event).some(when), event);
    return this.all(event).find(when)!;
  }

  /** Resolves once `holds`, which is asked again whenever something came. */
  async until(holds: () => boolean, what = holds.toString(), deadline = 15_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.watchers.delete(watch);
      };
      const watch = () => {
        if (!holds()) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        const came = this.received.slice(-10).map(({ event }) => event);
        reject(new Error(`Waited in vain for: ${what}. The last that came: ${came.join(', ')}`));
      }, deadline);
      this.watchers.add(watch);
    });
  }

  /** The durable changes of a group, in the order in which they came. */
  changesOf(groupId: string): Change[] {
    return this.received.filter(
      (one) => DURABLE.test(one.event) && (one.payload as { groupId?: string }).groupId === groupId,
    ) as Change[];
  }

  /** The texts of the messages of a group that came as new, in order. */
  textsOf(groupId: string): string[] {
    return this.changesOf(groupId).flatMap((change) =>
      change.event === 'message:created' ? [change.payload.message.text] : [],
    );
  }

  /** The revision up to which this client has everything of the group. */
  cursorOf(groupId: string): number {
    const revisions = this.received.flatMap(({ event, payload }) => {
      const { groupId: id, revision } = payload as { groupId?: string; revision?: number };
      if (event === 'ready') return payload.groups.filter((g) => g.id === groupId).map((g) => g.revision);
      if (event === 'group:added') return [payload.group].filter((g) => g.id === groupId).map((g) => g.revision);
      return id === groupId && revision !== undefined ? [revision] : [];
    });
    return Math.max(0, ...revisions);
  }

  private emit(timeout: number, ...args: unknown[]): Promise<Ack<unknown>> {
    const socket = this.socket.timeout(timeout) as unknown as {
      emitWithAck(...args: unknown[]): Promise<Ack<unknown>>;
    };
    return socket.emitWithAck(...args);
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  close(): void {
    this.socket.close();
  }
}
