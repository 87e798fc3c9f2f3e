import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Message } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import type { SendMessageDto } from './dto/message-inputs.dto.js';
import { MessageChanges } from './message-changes.js';
import type { MessageRecord } from './message.entity.js';
import { MessageWriter } from './message-writer.js';
import { ReactionRecord } from './reaction.entity.js';

/** Messages: sent, edited, deleted. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly writer: MessageWriter,
    private readonly changes: MessageChanges,
  ) {}

  /** See `MessageWriter.send`. Enqueued before it returns, so that sends keep the order of the calls. */
  send(me: string, { groupId, text, id, replyTo }: SendMessageDto): Promise<Message> {
    return this.writer.send({ id: id ?? uuidv7(), groupId, senderId: me, text, replyTo: replyTo ?? null });
  }

  /** Only the author may. The same text changes nothing. Throws `message_deleted`. */
  edit(me: string, id: string, text: string): Promise<Message> {
    return this.changes.change(me, id, 'message:updated', (message) => {
      requireAuthor(message, me);
      if (message.deletedAt) throw new Problem('message_deleted');
      if (message.text === text) return null;
      return { text, editedAt: new Date(), sentDigest: sentDigest(message) };
    });
  }

  /** Only the author may. Leaves a tombstone, without reactions and pin; deleting again changes nothing. */
  delete(me: string, id: string): Promise<Message> {
    return this.changes.change(me, id, 'message:deleted', async (message, { manager }) => {
      requireAuthor(message, me);
      if (message.deletedAt) return null;
      if (message.reactions) await manager.delete(ReactionRecord, { messageId: id });
      return {
        text: '',
        deletedAt: new Date(),
        sentDigest: sentDigest(message),
        reactions: null,
        pinnedAt: null,
        pinnedBy: null,
      };
    });
  }
}

function requireAuthor(message: MessageRecord, userId: string): void {
  if (message.senderId !== userId) throw new Problem('not_the_author');
}

/** What tells a repeated send once the text is another. */
function sentDigest(message: MessageRecord): Buffer {
  return message.sentDigest ?? createHash('sha256').update(message.text).digest();
}
