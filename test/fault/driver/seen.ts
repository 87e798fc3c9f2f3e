import type { Message } from '../../../src/changes/contract.js';
import { brief } from '../history/brief.js';
import type { Received, SeenMessage, Untimed } from '../history/entries.js';
import { writeReactions } from '../history/reactions.js';

interface Loose {
  groupId?: string;
  revision?: number;
  message?: Message;
  messages?: Message[];
  member?: { user: { id: string }; leftAt: string | null };
  groups?: { id: string; revision: number }[];
  group?: { id: string; revision: number };
  code?: string;
}

export function seen(message: Message): SeenMessage {
  const { id, groupId, seq, revision, text } = message;
  return {
    id,
    groupId,
    seq,
    revision,
    text: brief(text),
    sender: message.sender.id,
    deleted: message.deletedAt !== null,
    reactions: writeReactions(message.reactions),
    pinned: message.pinnedAt !== null,
  };
}

/** An event as the history keeps it: what the checker needs, of any event, also of ones that it does not know. */
export function received(connection: string, event: string, payload: unknown): Untimed & Pick<Received, 'event'> {
  const { message, messages, member, groups, group, ...rest } = (payload ?? {}) as Loose;
  const groupId = rest.groupId ?? group?.id;
  const revision = rest.revision ?? (event === 'group:added' ? group?.revision : undefined);
  return {
    type: 'event',
    connection,
    event,
    ...(groupId !== undefined && { groupId }),
    ...(revision !== undefined && { revision }),
    ...(message && { message: seen(message) }),
    ...(messages && { messages: messages.map(seen) }),
    ...(member && { member: { user: member.user.id, left: member.leftAt !== null } }),
    ...(groups && event === 'ready' && { heads: Object.fromEntries(groups.map((head) => [head.id, head.revision])) }),
    ...(event === 'closing' && { code: rest.code }),
  };
}
