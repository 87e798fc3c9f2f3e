/** What the database holds at the end. */

export interface MessageRow {
  id: string;
  groupId: string;
  seq: number;
  revision: number;
  createdRevision: number;
  sender: string;
  text: string;
  deleted: boolean;
  /** As the message shows them: see `writeReactions`. */
  reactions: string;
  /** Each of them as it is kept by itself: the emoji and who. */
  reacted: string[];
  pinned: boolean;
}

export interface GroupRow {
  id: string;
  revision: number;
  lastSeq: number;
  profileRevision: number;
}

/** A membership as it was after one change, in the order of the changes; the last one of a user is how it is now. */
export interface MembershipChange {
  groupId: string;
  user: string;
  revision: number;
  left: boolean;
  /** Milliseconds since the epoch; not after its commit. */
  at: number;
}

export interface Rows {
  groups: GroupRow[];
  messages: MessageRow[];
  memberships: MembershipChange[];
}

/** The last change of each membership. */
export function currentMemberships({ memberships }: Rows): MembershipChange[] {
  return [...new Map(memberships.map((change) => [`${change.groupId} ${change.user}`, change])).values()];
}
