import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AccessTokens } from '../auth/access-tokens.js';
import { AuthenticationLimit } from '../auth/rate-limits/authentication-limit.js';
import { SecurityLog } from '../audit/security-log.js';
import { clientAddress } from '../common/client-address.js';
import { Problem } from '../common/problem.js';
import { toProblem } from '../common/to-problem.js';
import { Config } from '../config/config.js';
import { MAX_GROUPS_PER_USER } from '../groups/limits.js';
import type { ChatServer, ChatSocket } from './chat-socket.js';
import { CommandLane } from './command-lane.js';
import { Backlog } from './transport/backlog.js';
import { UserConnections } from './user-connections.js';

/** Authenticates a connection before it is one: who is refused gets `connect_error` with the problem in `data`. */
@Injectable()
export class Handshake {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly authenticationLimit: AuthenticationLimit,
    private readonly connections: UserConnections,
    private readonly securityLog: SecurityLog,
    private readonly config: Config,
  ) {}

  guard(server: ChatServer): void {
    server.use((socket, next) => {
      this.authenticate(socket).then(
        () => next(),
        (error: unknown) => this.refuse(socket, toProblem(error), next),
      );
    });
  }

  private async authenticate(socket: ChatSocket): Promise<void> {
    const { token, cursors } = socket.handshake.auth as { token?: unknown; cursors?: unknown };
    if (typeof token !== 'string') throw new Problem('unauthenticated', 'Connect with auth: { token }.');
    const checked = readCursors(cursors ?? {});
    const address = clientAddress(socket.request, this.config.trustProxy);
    const authenticate = () => this.tokens.authenticate(token);
    const { principal, user } = await this.authenticationLimit.attempt(token, address, authenticate);
    await this.connections.admit(socket.conn, user.id);
    Backlog.of(socket.conn).authenticate();
    const { sessionId, expiresAt } = principal;
    const lane = new CommandLane();
    socket.data = { user, address, sessionId, expiresAt, cursors: checked, lane, refused: 0, feeds: new Map() };
  }

  /**
   * Tells the client why, and closes the connection: one that goes on trying has to begin with a new handshake, which its
   * address is limited in. Where a repeat may succeed the connection is closed without the error, after which Socket.IO's
   * clients do not try again by themselves.
   */
  private refuse(socket: ChatSocket, problem: Problem, next: (error: Error) => void): void {
    this.securityLog.recordRefusal(problem, { address: clientAddress(socket.request, this.config.trustProxy) });
    if (problem.status === 503) {
      socket.conn.close();
      return;
    }
    next(toConnectError(problem));
    // Socket.IO sends the error in the next tick.
    setImmediate(() => socket.conn.close());
  }
}

function readCursors(cursors: unknown): Map<string, number> {
  if (typeof cursors !== 'object' || cursors === null || Array.isArray(cursors)) {
    throw Problem.field('cursors', 'must be an object of group ids and revisions');
  }
  const entries = Object.entries(cursors as Record<string, unknown>);
  if (entries.length > MAX_GROUPS_PER_USER) {
    throw Problem.field('cursors', `has more than ${MAX_GROUPS_PER_USER} groups`);
  }
  return new Map(
    entries.map(([groupId, revision]) => {
      if (!isUUID(groupId, 'loose')) throw Problem.field('cursors', 'has a key that is not the id of a group');
      if (!Number.isSafeInteger(revision) || (revision as number) < 0) {
        throw Problem.field(`cursors.${groupId}`, 'must be a revision: a whole number');
      }
      return [groupId.toLowerCase(), revision as number];
    }),
  );
}

/** Socket.IO sends `message` and `data` of the error to the client. */
function toConnectError(problem: Problem): Error {
  return Object.assign(new Error(problem.code), { data: problem.toDetails() });
}
