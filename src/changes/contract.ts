/**
 * The wire contract: what travels over Socket.IO, and the shapes that REST answers with.
 *
 * Types only, so that the server, the page and the tests compile against the same words. Times are ISO 8601 in UTC,
 * ids are lower-case UUIDs, revisions and seqs are whole numbers.
 */

import type { ProblemDetails } from '../common/problem-details.js';

export type { Page } from '../common/page.js';
export type { ProblemDetails };

/** Someone, as other people see them. */
export interface UserSummary {
  id: string;
  username: string;
  displayName: string;
}

export type PresenceStatus = 'online' | 'offline';

/** Whether someone is connected. `lastSeenAt` is when they last were: null while they are, and for who never was. */
export interface Presence {
  status: PresenceStatus;
  lastSeenAt: string | null;
}

/**
 * Presence as one user sees another's: `status` is null, and then `lastSeenAt` is too, unless they share a group. A direct
 * group counts once the other one wrote in it.
 */
export interface ShownPresence {
  status: PresenceStatus | null;
  lastSeenAt: string | null;
}

/** Someone with their presence. */
export interface UserWithPresence extends UserSummary, ShownPresence {}

/** Someone, as they see themselves. */
export interface OwnUser extends UserSummary {
  /** The verified email address. */
  email: string | null;
  /** Whether there is a verified address. */
  emailVerified: boolean;
  /** An address that waits for the link that was sent to it. */
  pendingEmail: string | null;
  createdAt: string;
}

/** What registering, logging in and refreshing answer: RFC 6750 bearer token, `expiresIn` in seconds. */
export interface AuthResult {
  user: OwnUser;
  accessToken: string;
  tokenType: 'Bearer';
  expiresIn: number;
  /** Good for one refresh; not there when it travels in the cookie. */
  refreshToken?: string;
  /** When the session is over, however often it is refreshed. */
  sessionExpiresAt: string;
}

/** A place where someone is logged in. */
export interface SessionInfo {
  id: string;
  /** The browser and system, or the program; null when it did not say. */
  device: string | null;
  address: string | null;
  createdAt: string;
  /** When its tokens were last refreshed. */
  lastUsedAt: string;
  expiresAt: string;
  /** Whether it is the one that asks. */
  current: boolean;
}

/** As whom someone is known elsewhere; `provider` is `google`, or the issuer of tokens by its URL. */
export interface IdentityInfo {
  provider: string;
  email: string | null;
  createdAt: string;
}

export type GroupKind = 'public' | 'private' | 'direct';
export type MemberRole = 'owner' | 'member';
/** Why a group is not mine any more. */
export type RemovalReason = 'left' | 'removed' | 'deleted';

/** The message that a reply answers; `excerpt` is its beginning, and empty once it is deleted. */
export interface QuotedMessage {
  id: string;
  seq: number;
  sender: UserSummary;
  excerpt: string;
}

/**
 * How many people reacted to a message with one emoji. `userIds` names the first 20 of them; where `count` is larger, I
 * may be among the others, and `GET /messages/:id/reactions?userId=` tells.
 */
export interface ReactionSummary {
  emoji: string;
  count: number;
  userIds: string[];
}

/** What one person reacted with. */
export interface Reaction {
  emoji: string;
  user: UserSummary;
  createdAt: string;
}

/** A message. A deleted one stays as a tombstone: without text, reactions and pin, and `deletedAt` is set. */
export interface Message {
  id: string;
  groupId: string;
  /** Position in the group: 1, 2, 3 … without gaps. */
  seq: number;
  /** The group's revision at which this message last changed. */
  revision: number;
  sender: UserSummary;
  text: string;
  replyTo: QuotedMessage | null;
  /** By emoji, in the order in which they first came; at most 20. */
  reactions: ReactionSummary[];
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  pinnedAt: string | null;
  /** The id of who pinned it. */
  pinnedBy: string | null;
}

/** A user's place in a group. `leftAt` is set once it ended. */
export interface Member {
  groupId: string;
  revision: number;
  user: UserSummary;
  role: MemberRole;
  joinedAt: string;
  leftAt: string | null;
  /** Who removed this member; null for someone who left, or is still in. */
  removedBy: string | null;
}

/** A member in a list. Changes do not carry presence, which is not durable. */
export interface MemberWithPresence extends Member, ShownPresence {}

/** What everyone who can see a group sees of it. */
export interface GroupProfile {
  id: string;
  kind: GroupKind;
  /** Null for a direct group: show the peer's name. */
  name: string | null;
  description: string | null;
  memberCount: number;
  createdAt: string;
  /** The group's revision when this was read. */
  revision: number;
  /** The seq of its newest message; 0 when there is none. */
  lastSeq: number;
}

/** My place in a group: up to where I read, and how many messages of others are newer. */
export interface OwnMembership {
  role: MemberRole;
  joinedAt: string;
  readSeq: number;
  unread: number;
}

/** A group as the one who asks sees it. */
export interface Group extends GroupProfile {
  /** The other person of a direct group, else null. */
  peer: UserWithPresence | null;
  /** The newest message, for members; null where there is none or it is not mine to see. */
  lastMessage: Message | null;
  /** Null when I am not a member. */
  membership: OwnMembership | null;
}

/** Every durable change of a group, by its event name. Each takes the group's next revision. */
export interface ChangePayloads {
  'message:created': { groupId: string; revision: number; message: Message };
  'message:updated': { groupId: string; revision: number; message: Message };
  'message:deleted': { groupId: string; revision: number; message: Message };
  'member:joined': { groupId: string; revision: number; member: Member };
  'member:updated': { groupId: string; revision: number; member: Member };
  'member:left': { groupId: string; revision: number; member: Member };
  'group:updated': { groupId: string; revision: number; group: GroupProfile };
}

export type ChangeEvent = keyof ChangePayloads;

/** One change with the name under which it travels. */
export type Change = { [E in ChangeEvent]: { event: E; payload: ChangePayloads[E] } }[ChangeEvent];

/** What `group:sync` answers: the changes after a revision. */
export interface SyncResult {
  changes: Change[];
  /** With these changes applied you have everything up to here. */
  revision: number;
  /** There is more: ask again with `after` set to `revision`, and `since` as it was. */
  more: boolean;
  /** Too far behind to catch up: drop what you have of the group and read the newest page. */
  reset: boolean;
}

/** Where a group stands, as told on connecting. */
export interface GroupHead {
  id: string;
  revision: number;
  lastSeq: number;
  readSeq: number;
  unread: number;
}

/** What an acknowledgement carries. */
export type Ack<T> = { data: T; error?: undefined } | { error: ProblemDetails; data?: undefined };

type Command<P, T> = (payload: P, ack: (answer: Ack<T>) => void) => void;

/** What a client may send. Every command is acknowledged. */
export interface ClientToServerEvents {
  'message:send': Command<{ groupId: string; text: string; id?: string; replyTo?: string }, Message>;
  'message:edit': Command<{ id: string; text: string }, Message>;
  'message:delete': Command<{ id: string }, Message>;
  'message:pin': Command<{ id: string }, Message>;
  'message:unpin': Command<{ id: string }, Message>;
  'reaction:add': Command<{ messageId: string; emoji: string }, Message>;
  'reaction:remove': Command<{ messageId: string; emoji: string }, Message>;
  /**
   * What changed after `after`. Who asks page by page says in `since` the revision that they had when they began: what
   * was made after it comes as created, joined, on whichever page; again so, when it changed between two pages.
   */
  'group:sync': Command<{ groupId: string; after: number; since?: number; limit?: number }, SyncResult>;
  'group:read': Command<{ groupId: string; seq: number }, { readSeq: number; unread: number }>;
  typing: Command<{ groupId: string }, Record<string, never>>;
}

/** What the server sends. */
export type ServerToClientEvents = { [E in ChangeEvent]: (payload: ChangePayloads[E]) => void } & {
  /** First on every connection. */
  ready: (payload: { user: OwnUser; groups: GroupHead[] }) => void;
  /** You are a member of this group now; its live changes follow. */
  'group:added': (payload: { group: Group }) => void;
  /** You are no longer a member of this group; nothing more of it follows. */
  'group:removed': (payload: { groupId: string; reason: RemovalReason }) => void;
  /** After a replay: you have everything of the group up to here. */
  'group:synced': (payload: { groupId: string; revision: number }) => void;
  /** Too far behind: drop what you have of the group; this is its newest page. */
  'group:reset': (payload: { groupId: string; revision: number; messages: Message[] }) => void;
  /** Somebody read up to here. */
  'group:read': (payload: { groupId: string; userId: string; readSeq: number }) => void;
  /** Somebody is typing; not durable, shown for some seconds. */
  typing: (payload: { groupId: string; userId: string }) => void;
  /** Somebody who is in a group with you came online or went offline; not durable: read it again after a reconnect. */
  presence: (payload: { userId: string } & Presence) => void;
  /** The server is about to close this connection, and why. */
  closing: (payload: ProblemDetails) => void;
};

/** What a client passes as `auth` when it connects: for each group, the last revision that it has. */
export interface HandshakeAuth {
  token: string;
  cursors?: Record<string, number>;
}
