/** What the history file holds, a line each. The order of the lines is the order in which the driver saw things happen. */

export type Verb =
  'send' | 'edit' | 'delete' | 'react' | 'unreact' | 'pin' | 'unpin' | 'join' | 'leave' | 'add' | 'remove';

/** A message as somebody was shown it. */
export interface SeenMessage {
  id: string;
  groupId: string;
  seq: number;
  revision: number;
  sender: string;
  text: string;
  deleted: boolean;
  /** By emoji who reacted with it, as one text: see `writeReactions`. */
  reactions: string;
  pinned: boolean;
}

/** One try of a command. A command that is tried again, under the same message id, is another attempt. */
export interface Invoked {
  type: 'invoked';
  attempt: number;
  verb: Verb;
  user: string;
  groupId: string;
  /** The message that it is about. */
  messageId?: string;
  text?: string;
  emoji?: string;
  /** Whose membership it is about. */
  target?: string;
  /** The connection over which it went; none for REST. */
  connection?: string;
  at: number;
}

/** It was acknowledged. */
export interface Acknowledged {
  type: 'ok';
  attempt: number;
  message?: SeenMessage;
  at: number;
}

/** It was refused for good: it must not have happened. */
export interface Refused {
  type: 'failed';
  attempt: number;
  code: string;
  at: number;
}

/** No answer, or one that promises nothing: it happened once or not at all. */
export interface Unresolved {
  type: 'unknown';
  attempt: number;
  why: string;
  at: number;
}

export interface Connected {
  type: 'connected';
  connection: string;
  user: string;
  cursors: Record<string, number>;
  at: number;
}

/** Something came over a connection. */
export interface Received {
  type: 'event';
  connection: string;
  event: string;
  groupId?: string;
  revision?: number;
  message?: SeenMessage;
  /** The newest page that came with a reset. */
  messages?: SeenMessage[];
  /** Whose membership changed. */
  member?: { user: string; left: boolean };
  /** The groups of `ready`, with their revisions. */
  heads?: Record<string, number>;
  /** Why the server closes. */
  code?: string;
  at: number;
}

export interface Disconnected {
  type: 'disconnected';
  connection: string;
  reason: string;
  at: number;
}

/** What the harness did, or saw go wrong. */
export interface Note {
  type: 'fault' | 'broken';
  what: string;
  at: number;
}

/** Everything was quiet and everyone should have everything: what is still open was open at the end. */
export interface Settled {
  type: 'settled';
  at: number;
}

export type Entry =
  Invoked | Acknowledged | Refused | Unresolved | Connected | Received | Disconnected | Note | Settled;

/** An entry before its time is put to it. */
export type Untimed = Entry extends infer E ? (E extends Entry ? Omit<E, 'at'> : never) : never;
