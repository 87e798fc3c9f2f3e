import type { Change, Message } from '../../../src/changes/contract';
import { inGroup, withCursor, withLastMessage, withMember, withProfile } from './groups';
import type { ChatState, GroupEntry } from './model';
import { without } from './records';
import { withPin } from './pins';
import { withMessage, withQuotesOf } from './window';

/** How the reader stands to a group at the moment a change arrives. */
export interface Attention {
  /** The end of the conversation is on a screen that is being looked at: what arrives is read. */
  reading: boolean;
  /** The list is at its end and follows it. */
  following: boolean;
}

/**
 * The state after a change. Every change is applied by the id and revision of what it carries, so it does not matter
 * how often it comes, nor that a replay names as created what was edited since.
 */
export function applyChange(state: ChatState, change: Change, attention: Attention): ChatState {
  const { groupId, revision } = change.payload;
  const next = applied(state, change, attention);
  return inGroup(next, groupId, (entry) => withCursor(entry, revision));
}

function applied(state: ChatState, change: Change, attention: Attention): ChatState {
  switch (change.event) {
    case 'message:created':
    case 'message:updated':
    case 'message:deleted':
      return applyMessage(state, change.payload.message, attention);
    case 'member:joined':
    case 'member:updated':
    case 'member:left': {
      const { member, groupId } = change.payload;
      const people = { ...state.people, [member.user.id]: member.user };
      return inGroup({ ...state, people }, groupId, (entry) => withMember(entry, member));
    }
    case 'group:updated': {
      const { group, groupId } = change.payload;
      return inGroup(state, groupId, (entry) => withProfile(entry, group));
    }
  }
}

/** The state with a message as it is now: from the stream, or from an acknowledgement. */
export function applyMessage(state: ChatState, message: Message, attention: Attention): ChatState {
  const entry = state.groups[message.groupId];
  if (!entry) return state;
  const isOpen = state.openId === message.groupId;
  const next = inGroup(state, message.groupId, (known) =>
    withNews(known, message, { ...attention, isOpen, isMine: message.sender.id === state.me.id }),
  );
  const people = next.people[message.sender.id] ? next.people : { ...next.people, [message.sender.id]: message.sender };
  return { ...next, people, outbox: withoutPending(state.outbox, message.id), typing: stopped(state.typing, message) };
}

function withNews(
  entry: GroupEntry,
  message: Message,
  context: Attention & { isOpen: boolean; isMine: boolean },
): GroupEntry {
  const { membership } = entry.group;
  const isNew = message.seq > entry.group.lastSeq;
  const isUnread = isNew && !context.isMine && !context.reading && message.seq > membership.readSeq;
  const unread = membership.unread + (isUnread ? 1 : 0) - (isUnreadGone(entry, message, context.isMine) ? 1 : 0);
  const group = withLastMessage(
    {
      ...entry.group,
      lastSeq: Math.max(entry.group.lastSeq, message.seq),
      membership: { ...membership, unread: Math.max(unread, 0) },
    },
    message,
  );
  const window =
    entry.window && withQuotesOf(withMessage(entry.window, message, context.following || !context.isOpen), message);
  // The first message that comes while I look away is where the line goes.
  const isFirstUnread = isUnread && context.isOpen && membership.unread === 0;
  const newAfter = isFirstUnread ? message.seq - 1 : context.isMine && isNew ? null : entry.newAfter;
  const composing = entry.composing?.message.id === message.id && message.deletedAt ? null : entry.composing;
  const pins = entry.pins && withPin(entry.pins, message);
  return { ...entry, group, window, newAfter, composing, pins };
}

/** Whether a message that was counted as unread has been deleted. */
function isUnreadGone({ group, window, countedAt }: GroupEntry, message: Message, isMine: boolean): boolean {
  if (!message.deletedAt || isMine || message.revision <= countedAt) return false;
  if (message.seq <= group.membership.readSeq || message.seq > group.lastSeq) return false;
  const known = window?.messages.find(({ id }) => id === message.id) ?? group.lastMessage;
  return known?.id !== message.id || known.deletedAt === null;
}

function withoutPending(outbox: ChatState['outbox'], id: string): ChatState['outbox'] {
  return outbox.some((pending) => pending.id === id) ? outbox.filter((pending) => pending.id !== id) : outbox;
}

/** Whose message is there has stopped typing. */
function stopped(typing: ChatState['typing'], { groupId, sender }: Message): ChatState['typing'] {
  if (!typing[groupId]?.[sender.id]) return typing;
  return { ...typing, [groupId]: without(typing[groupId], sender.id) };
}
