import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AccessTokens } from '../auth/access-tokens.js';
import { Problem } from '../common/problem.js';
import { toProblem } from '../common/to-problem.js';
import { MAX_GROUPS_PER_USER } from '../groups/limits.js';
import type { ChatServer, ChatSocket } from './chat-socket.js';
import { CommandLane } from './command-lane.js';

/** Authenticates a connection before it is one: who is refused gets `connect_error` with the problem in `data`. */
@Injectable()
export class Handshake {
  constructor(private readonly tokens: AccessTokens) {}

  guard(server: ChatServer): void {
    server.use((socket, next) => {
      this.authenticate(socket).then(
        () => next(),
        (error: unknown) => next(toConnectError(toProblem(error))),
      );
    });
  }

  private async authenticate(socket: ChatSocket): Promise<void> {
    const { token, cursors } = socket.handshake.auth as { token?: unknown; cursors?: unknown };
    if (typeof token !== 'string') throw new Problem('unauthenticated', 'Connect with auth: { token }.');
    const checked = readCursors(cursors ?? {});
    const { principal, user } = await this.tokens.authenticate(token);
    const { sessionId, expiresAt } = principal;
    socket.data = { user, sessionId, expiresAt, cursors: checked, lane: new CommandLane(), feeds: new Map() };
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
