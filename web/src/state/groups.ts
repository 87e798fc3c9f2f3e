import type { Group, GroupHead, GroupProfile, Member, Message } from '../../../src/changes/contract';
import type { ChatState, GroupEntry, OwnGroup } from './model';
import { without } from './records';
import { PARKED_LIMIT, keepNewest } from './window';

/** Whether the group is mine: only those have an entry. */
export function isOwn(group: Group): group is OwnGroup {
  return group.membership !== null;
}

/** The state with one group's entry changed; untouched when there is no such group. */
export function inGroup(state: ChatState, groupId: string, change: (entry: GroupEntry) => GroupEntry): ChatState {
  const entry = state.groups[groupId];
  if (!entry) return state;
  const next = change(entry);
  return next === entry ? state : { ...state, groups: { ...state.groups, [groupId]: next } };
}

/**
 * The state with a group of mine, new or read again. The cursor of a group that was there stays: what was read says how
 * the group is, not that every change up to there has been applied to its messages.
 */
export function withGroup(state: ChatState, group: OwnGroup): ChatState {
  const known = state.groups[group.id];
  const people = group.peer ? { ...state.people, [group.peer.id]: group.peer } : state.people;
  const entry = known ? readAgain(known, group) : newEntry(group);
  return { ...state, people, groups: { ...state.groups, [group.id]: entry } };
}

function newEntry(group: OwnGroup): GroupEntry {
  return {
    group,
    cursor: group.revision,
    countedAt: group.revision,
    window: null,
    loading: null,
    failed: null,
    jump: { to: 'end', turn: 0 },
    newAfter: null,
    composing: null,
    members: null,
    pins: null,
  };
}

/** What was read may be older than what the stream brought meanwhile, in some parts and not in others. */
function readAgain(entry: GroupEntry, read: OwnGroup): GroupEntry {
  const known = entry.group;
  if (read.revision < known.revision) return entry;
  const isCountNewer = read.lastSeq >= known.lastSeq && read.membership.readSeq >= known.membership.readSeq;
  const group = {
    ...read,
    lastSeq: Math.max(known.lastSeq, read.lastSeq),
    lastMessage: known.lastMessage,
    membership: isCountNewer ? read.membership : { ...known.membership, role: read.membership.role },
  };
  return {
    ...entry,
    countedAt: isCountNewer ? Math.max(entry.countedAt, read.revision) : entry.countedAt,
    group: read.lastMessage ? withLastMessage(group, read.lastMessage) : group,
  };
}

/** The state without a group that ended for me, or that I left. */
export function withoutGroup(state: ChatState, groupId: string): ChatState {
  if (!state.groups[groupId]) return state;
  return {
    ...state,
    groups: without(state.groups, groupId),
    outbox: state.outbox.filter((pending) => pending.groupId !== groupId),
  };
}

/** The profile of a group as it is now, by what the server says of it to everyone. */
export function withProfile(entry: GroupEntry, profile: GroupProfile): GroupEntry {
  if (profile.revision < entry.group.revision) return entry;
  return { ...entry, group: { ...entry.group, ...profile, lastSeq: Math.max(profile.lastSeq, entry.group.lastSeq) } };
}

/** Where a group stands as the server counts on connecting; what is replayed after it is in these numbers already. */
export function withHead(entry: GroupEntry, head: GroupHead): GroupEntry {
  const { membership } = entry.group;
  const lastSeq = Math.max(entry.group.lastSeq, head.lastSeq);
  return {
    ...entry,
    countedAt: head.revision,
    group: { ...entry.group, lastSeq, membership: { ...membership, readSeq: head.readSeq, unread: head.unread } },
  };
}

/** A change of a group was applied; acknowledgements don't count, they may run ahead of the stream. */
export function withCursor(entry: GroupEntry, revision: number): GroupEntry {
  return revision > entry.cursor ? { ...entry, cursor: revision } : entry;
}

/** I have read up to `seq`; `unread` is what the server counts beyond, when it said so. */
export function withRead(entry: GroupEntry, meId: string, seq: number, unread?: number): GroupEntry {
  const { membership } = entry.group;
  if (seq < membership.readSeq || (seq === membership.readSeq && unread === undefined)) return entry;
  const left = unread ?? unreadAfter(entry, meId, seq);
  return { ...entry, group: { ...entry.group, membership: { ...membership, readSeq: seq, unread: left } } };
}

function unreadAfter({ group, window }: GroupEntry, meId: string, seq: number): number {
  if (seq >= group.lastSeq) return 0;
  const newer = window?.hasNewer === false ? window.messages : [];
  if (newer[0] && newer[0].seq <= seq + 1) return newer.filter((m) => m.seq > seq && m.sender.id !== meId).length;
  return Math.min(group.membership.unread, group.lastSeq - seq);
}

/** A member joined, changed, or left. */
export function withMember(entry: GroupEntry, member: Member): GroupEntry {
  if (!entry.members) return entry;
  const known = entry.members.members[member.user.id];
  if (known && known.revision >= member.revision) return entry;
  return { ...entry, members: { ...entry.members, members: { ...entry.members.members, [member.user.id]: member } } };
}

/** A conversation that is left keeps little in memory, and no line of new messages. */
export function parked(entry: GroupEntry): GroupEntry {
  const { window } = entry;
  return { ...entry, newAfter: null, window: !window || window.hasNewer ? null : keepNewest(window, PARKED_LIMIT) };
}

/** When something last happened in a group, for the order of the list. */
export function activityOf(group: Group): string {
  return group.lastMessage?.createdAt ?? group.membership?.joinedAt ?? group.createdAt;
}

/** What a group is called: a direct one by the other person. */
export function nameOf(group: Pick<Group, 'name' | 'peer'>): string {
  return group.name ?? group.peer?.displayName ?? 'Conversation';
}

/** The newest message of a group as the list shows it. */
export function withLastMessage(group: OwnGroup, message: Message): OwnGroup {
  const known = group.lastMessage;
  if (known && (known.seq > message.seq || (known.seq === message.seq && known.revision >= message.revision)))
    return group;
  return { ...group, lastMessage: message };
}
