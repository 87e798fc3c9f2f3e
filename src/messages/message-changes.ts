import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Message } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { Problem } from '../common/problem.js';
import { GroupAccess } from '../groups/group-access.js';
import type { GroupTransaction } from '../groups/group-transaction.js';
import { MessageRecord } from './message.entity.js';

/** The columns of a message that change after it is sent. */
type Changes = Partial<Omit<MessageRecord, 'id' | 'groupId' | 'revision' | 'senderId'>>;

/** Says what is to change of a message as it is under the lock, or null for nothing; throws to refuse. */
type Decide = (message: MessageRecord, transaction: GroupTransaction) => Changes | null | Promise<Changes | null>;

/** The one way in which a stored message changes: with the group's next revision, and told to the group. */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly access: GroupAccess,
  ) {}

  /**
   * Changes a message of a group that the user is in, and returns it. Where `decide` changes nothing, no revision is
   * taken. Throws `message_not_found`, also for messages of groups that the user may not see, and `not_a_member`.
   */
  async change(me: string, id: string, event: 'message:updated' | 'message:deleted', decide: Decide): Promise<Message> {
    return this.access.write(await this.groupOf(id), async (transaction) => {
      await transaction.requireMember(me).catch(hideMessage);
      const { manager, group } = transaction;
      const changes = await decide(await manager.findOneByOrFail(MessageRecord, { id }), transaction);
      if (!changes) return read(transaction, id);
      const revision = transaction.takeRevision();
      await manager.update(MessageRecord, { id }, { ...changes, revision });
      const message = await read(transaction, id);
      transaction.tellGroup({ event, payload: { groupId: group.id, revision, message } });
      return message;
    });
  }

  /** Throws as `change`, for who only wants to look. */
  async requireReader(me: string, id: string): Promise<void> {
    await this.access.read(me, await this.groupOf(id)).catch(hideMessage);
  }

  private async groupOf(id: string): Promise<string> {
    const message = await this.dataSource.manager.findOne(MessageRecord, { select: { groupId: true }, where: { id } });
    if (!message) throw new Problem('message_not_found');
    return message.groupId;
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
