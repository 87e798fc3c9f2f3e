import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { Change, ClientToServerEvents, ServerToClientEvents } from '../changes/contract.js';
import type { User } from '../users/user.entity.js';
import type { CommandLane } from './command-lane.js';
import type { GroupFeed } from './group-feed.js';

/** What the server keeps with a connection. */
export interface SocketData {
  user: User;
  /** The client's IP address. */
  address: string | null;
  /** Null with the token of another issuer. */
  sessionId: string | null;
  /** When the access token ends, in milliseconds since the epoch. */
  expiresAt: number;
  /** For each group the last revision that the client had when it connected. */
  cursors: Map<string, number>;
  lane: CommandLane;
  /** Commands in a row that were above the limits. */
  refused: number;
  /** The groups whose live changes it gets. */
  feeds: Map<string, GroupFeed>;
}

export type ChatServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
export type ChatSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** Emits a change under its own name. */
export function emitChange(to: ChatSocket, { event, payload }: Change): void {
  // The compiler does not see that the name and the payload of one change belong together.
  const emit = to.emit.bind(to) as (event: Change['event'], payload: Change['payload']) => boolean;
  emit(event, payload);
}
