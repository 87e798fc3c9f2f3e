import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Message } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { Problem } from '../common/problem.js';
import { GroupAccess } from '../groups/group-access.js';
import type { GroupTransaction } from '../groups/group-transaction.js';
import type { SendMessageDto } from './dto/message-inputs.dto.js';
import { MessageRecord } from './message.entity.js';
import { MessageWriter } from './message-writer.js';

/** Messages: sent, edited, deleted. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly access: GroupAccess,
    private readonly writer: MessageWriter,
  ) {}

  /** See `MessageWriter.send`. Enqueued before it returns, so that sends keep the order of the calls. */
  send(me: string, { groupId, text, id, replyTo }: SendMessageDto): Promise<Message> {
    return this.writer.send({ id: id ?? uuidv7(), groupId, senderId: me, text, replyTo: replyTo ?? null });
  }

  /** Only the author may. The same text changes nothing. Throws `message_deleted`. */
  edit(me: string, id: string, text: string): Promise<Message> {
    return this.change(me, id, 'message:updated', (message) => {
      if (message.deletedAt) throw new Problem('message_deleted');
      return message.text === text ? null : { text, editedAt: new Date() };
    });
  }

  /** Only the author may. Leaves a tombstone; deleting again changes nothing. */
  delete(me: string, id: string): Promise<Message> {
    return this.change(me, id, 'message:deleted', (message) =>
      message.deletedAt ? null : { text: '', deletedAt: new Date() },
    );
  }

  private async change(
    me: string,
    id: string,
    event: 'message:updated' | 'message:deleted',
    decide: (message: MessageRecord) => (Pick<MessageRecord, 'text'> & Partial<MessageRecord>) | null,
  ): Promise<Message> {
    const place = await this.dataSource.manager.findOneBy(MessageRecord, { id });
    if (!place) throw new Problem('message_not_found');
    return this.access.write(place.groupId, async (transaction) => {
      await transaction.requireMember(me).catch(hideMessage);
      const { manager, group } = transaction;
      const message = await manager.findOneByOrFail(MessageRecord, { id });
      if (message.senderId !== me) throw new Problem('not_the_author');
      const changes = decide(message);
      if (!changes) return read(transaction, id);
      const revision = transaction.takeRevision();
      const sentDigest = message.sentDigest ?? createHash('sha256').update(message.text).digest();
      await manager.update(MessageRecord, { id }, { ...changes, revision, sentDigest });
      const changed = await read(transaction, id);
      transaction.tellGroup({ event, payload: { groupId: group.id, revision, message: changed } });
      return changed;
    });
  }
}

async function read({ manager }: GroupTransaction, id: string): Promise<Message> {
  const [row] = await manager.query<MessageRow[]>(`SELECT ${MESSAGE_COLUMNS} FROM ${MESSAGE_TABLES} WHERE m.id = $1`, [
    id,
  ]);
  return toMessage(row!);
}

/** A message of a group that one may not see does not exist. */
function hideMessage(error: unknown): never {
  if (error instanceof Problem && error.code === 'group_not_found') throw new Problem('message_not_found');
  throw error;
}
