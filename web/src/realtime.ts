import { io, type Socket } from 'socket.io-client';
import type {
  Ack,
  ClientToServerEvents,
  HandshakeAuth,
  ProblemDetails,
  ServerToClientEvents,
} from '../../src/changes/contract';
import { Problem, isProblemDetails, localProblem } from './problem';
import type { ConnectionStatus } from './state/model';

const ACK_TIMEOUT = 10_000;
const CONNECT_TIMEOUT = 6_000;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 5_000;

type Command = keyof ClientToServerEvents;
type PayloadOf<C extends Command> = Parameters<ClientToServerEvents[C]>[0];
type DataOf<C extends Command> = Parameters<Parameters<ClientToServerEvents[C]>[1]>[0] extends Ack<infer T> ? T : never;

/** What the connection asks of the page, and tells it. */
export interface ConnectionOwner {
  /** Gets ready for a handshake; rejects when that is not possible now. */
  prepare(): Promise<unknown>;
  handshake(): HandshakeAuth;
  onStatus(status: ConnectionStatus): void;
  /** The token is no longer good. */
  onRefused(problem: ProblemDetails): void;
}

/**
 * The live connection. It is opened again by our own clock whatever closed it, for socket.io's own does not come back
 * from a refused handshake nor from a server that hung up, and both must resume with the cursors of that moment.
 */
export class Realtime {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  private readonly stop = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private wasOnline = false;
  private isReady = false;
  private isTrying = false;

  constructor(private readonly owner: ConnectionOwner) {
    this.socket = io({
      autoConnect: false,
      reconnection: false,
      timeout: CONNECT_TIMEOUT,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      auth: (give) => give(owner.handshake()),
    });
    this.socket.on('closing', (problem) => this.consider(problem));
    this.socket.on('disconnect', () => this.lost());
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => {
      if (isProblemDetails(error.data)) this.consider(error.data);
      this.lost(isProblemDetails(error.data) ? error.data.retryAfter : undefined);
    });
  }

  /** Whether commands can be sent: the connection is up and the server has said `ready`. */
  get online(): boolean {
    return this.isReady && this.socket.connected;
  }

  /** Connects, and stays connected until `close`. */
  open(): void {
    const { signal } = this.stop;
    window.addEventListener('online', () => this.tryNow(), { signal });
    window.addEventListener('offline', () => this.tell(), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || this.tryNow(), { signal });
    this.tell();
    this.connect();
  }

  /** Ends the connection for good. */
  close(): void {
    this.stop.abort();
    clearTimeout(this.timer);
    this.socket.disconnect();
  }

  /** The server said `ready`: from here on the stream is live. */
  ready(): void {
    this.attempts = 0;
    this.wasOnline = true;
    this.isReady = true;
    this.isTrying = false;
    this.tell();
  }

  /** Sends a command and waits for its acknowledgement; any failure is a `Problem`. */
  async send<C extends Command>(command: C, payload: PayloadOf<C>): Promise<DataOf<C>> {
    if (!this.online) throw localProblem('offline', 'There is no connection right now. Try again when it is back.');
    const emitter = this.socket.timeout(ACK_TIMEOUT) as unknown as {
      emitWithAck(command: C, payload: PayloadOf<C>): Promise<Ack<DataOf<C>>>;
    };
    const answer = await emitter.emitWithAck(command, payload).catch(() => {
      throw localProblem('unanswered', 'The server did not answer in time. Try again.');
    });
    if (answer.error) throw new Problem(answer.error);
    return answer.data;
  }

  private consider(problem: ProblemDetails): void {
    if (problem.status === 401) this.owner.onRefused(problem);
  }

  private lost(retryAfter?: number): void {
    this.isReady = false;
    this.isTrying = false;
    this.tell();
    // A failure may be told twice.
    if (this.timer !== undefined) return;
    // Some jitter, so that a restarted server does not get everyone back in the same moment.
    const backoff = Math.min(FIRST_DELAY * 2 ** this.attempts++, LONGEST_DELAY) * (0.6 + 0.4 * Math.random());
    this.schedule(retryAfter ? retryAfter * 1_000 : backoff);
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    if (this.stop.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.connect();
    }, delay);
  }

  private connect(): void {
    // A second `connect()` in the middle of an attempt would send a second handshake.
    if (this.isTrying) return;
    this.isTrying = true;
    this.owner.prepare().then(
      () => this.stop.signal.aborted || this.socket.connect(),
      () => this.lost(),
    );
  }

  private tryNow(): void {
    this.tell();
    if (!this.socket.connected && !this.isTrying) this.schedule(0);
  }

  private tell(): void {
    if (this.stop.signal.aborted) return;
    if (this.online) this.owner.onStatus('online');
    else if (!navigator.onLine) this.owner.onStatus('offline');
    else this.owner.onStatus(this.wasOnline ? 'reconnecting' : 'connecting');
  }
}
