import type {
  Group,
  Member,
  Message,
  OwnMembership,
  OwnUser,
  Presence,
  QuotedMessage,
  UserSummary,
} from '../../../src/changes/contract';

/** How the live connection stands: `connecting` is the first time, `reconnecting` any later one. */
export type ConnectionStatus = 'connecting' | 'online' | 'reconnecting' | 'offline';

/** A group that I am a member of. */
export interface OwnGroup extends Group {
  membership: OwnMembership;
}

/** The part of a group's history that is in memory: without holes, ascending by seq, of a bounded length. */
export interface MessageWindow {
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
}

/** Which load of history is going on, or has failed. */
export type LoadKind = 'window' | 'older' | 'newer';

/** Where the list is to be scrolled; a new `turn` asks for it (again). */
export interface Jump {
  to: 'end' | 'new' | { seq: number };
  turn: number;
}

/** What the composer is about, besides a new message. */
export type Composing = { kind: 'reply' | 'edit'; message: Message };

/** The people of a group, as far as they were loaded. */
export interface MemberList {
  members: Record<string, Member>;
  nextCursor: string | null;
}

/** A group with everything the page knows about it. */
export interface GroupEntry {
  group: OwnGroup;
  /** The last revision that was applied: what a handshake resumes from. */
  cursor: number;
  /** The revision at which the server counted what is unread: older changes are in the count. */
  countedAt: number;
  window: MessageWindow | null;
  loading: LoadKind | null;
  failed: LoadKind | null;
  jump: Jump;
  /** The line "New messages" stands after this seq. */
  newAfter: number | null;
  composing: Composing | null;
  members: MemberList | null;
  /** What is pinned, the one that was pinned last first; null until it was read. */
  pins: Message[] | null;
}

/** A message of mine that the server has not acknowledged. Its id stays the same however often it is sent. */
export interface PendingMessage {
  id: string;
  groupId: string;
  text: string;
  replyTo: QuotedMessage | null;
  createdAt: string;
  /** Keeps the order of what was written within one millisecond. */
  order: number;
  /** Why it was refused, if it was; then it waits for me. */
  problem: string | null;
}

/** All that the page knows, in one value that is replaced and never changed. */
export interface ChatState {
  me: OwnUser;
  connection: ConnectionStatus;
  /** Whether the list of my groups is complete. */
  loaded: boolean;
  groups: Record<string, GroupEntry>;
  /** The conversation on the screen. */
  openId: string | null;
  outbox: PendingMessage[];
  /** By group and user: until when (in milliseconds) they are shown as typing. */
  typing: Record<string, Record<string, number>>;
  /** The people met so far, to give a name to an id. */
  people: Record<string, UserSummary>;
  /** Which of them are online, as far as it is mine to see. */
  presence: Record<string, Presence>;
}

/** Whether I may pin messages in a group. */
export function mayPin({ kind, membership }: OwnGroup): boolean {
  return kind === 'direct' || membership.role === 'owner';
}

/** What the page knows of someone who just logged in. */
export function initialState(me: OwnUser, outbox: PendingMessage[]): ChatState {
  return {
    me,
    connection: 'connecting',
    loaded: false,
    groups: {},
    openId: null,
    outbox,
    typing: {},
    people: { [me.id]: me },
    presence: {},
  };
}
