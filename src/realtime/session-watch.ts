import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IdentitiesService } from '../auth/identities/identities.service.js';
import { SessionsService } from '../auth/sessions/sessions.service.js';
import { ChangeBus } from '../changes/change-bus.js';
import type { ChatSocket } from './chat-socket.js';
import { close } from './close.js';

/** How often the database is asked, in milliseconds. */
const SWEEP = 2_000;
/** The longest that a timer of Node can wait. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Closes a connection when its access token or its session ends. Of the end the bus tells; where it lost the news, or
 * the session ended while the handshake was under way, the database does. With the token of another issuer there is no
 * session, and the connection lasts as long as the token and the account.
 */
@Injectable()
export class SessionWatch implements OnApplicationShutdown {
  /** The connections of each session. */
  private readonly sockets = new Map<string, Set<ChatSocket>>();
  /** The connections that have none. */
  private readonly withoutSession = new Set<ChatSocket>();
  private readonly timer = setInterval(() => void this.sweep(), SWEEP).unref();
  private sweeping = false;

  constructor(
    private readonly sessions: SessionsService,
    private readonly identities: IdentitiesService,
    private readonly bus: ChangeBus,
  ) {}

  guard(socket: ChatSocket): void {
    const { user, sessionId, expiresAt } = socket.data;
    socket.on(
      'disconnect',
      at(expiresAt, () => close(socket, 'token_expired')),
    );
    if (sessionId === null) return this.guardAccount(socket);
    const stop = this.bus.onUser(user.id, (news) => {
      if (news.kind === 'session-ended' && news.sessionId === sessionId) close(socket, 'session_ended');
    });
    const mine = this.sockets.get(sessionId) ?? new Set();
    this.sockets.set(sessionId, mine.add(socket));
    socket.on('disconnect', () => {
      stop();
      mine.delete(socket);
      if (mine.size === 0) this.sockets.delete(sessionId);
    });
  }

  private guardAccount(socket: ChatSocket): void {
    const stop = this.bus.onUser(socket.data.user.id, ({ kind }) => {
      if (kind === 'account-ended') close(socket, 'session_ended');
    });
    this.withoutSession.add(socket);
    socket.on('disconnect', () => {
      stop();
      this.withoutSession.delete(socket);
    });
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    // The database is away: the next sweep comes.
    await this.closeEnded().catch(() => undefined);
    this.sweeping = false;
  }

  private async closeEnded(): Promise<void> {
    if (this.sockets.size > 0) {
      for (const sessionId of await this.sessions.endedAmong([...this.sockets.keys()])) {
        for (const socket of [...(this.sockets.get(sessionId) ?? [])]) close(socket, 'session_ended');
      }
    }
    const others = [...this.withoutSession];
    if (others.length === 0) return;
    const gone = await this.identities.goneAmong([...new Set(others.map(({ data }) => data.user.id))]);
    for (const socket of others) if (gone.has(socket.data.user.id)) close(socket, 'session_ended');
  }
}

/** Calls `act` at a time, however far off it is, unless the returned function is called before. */
function at(time: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = time - Date.now();
    timer = left > MAX_TIMER ? setTimeout(arm, MAX_TIMER) : setTimeout(act, left);
  };
  arm();
  return () => clearTimeout(timer);
}
