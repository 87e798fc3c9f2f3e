import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not } from 'typeorm';
import type { Message } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { Problem } from '../common/problem.js';
import { GroupAccess } from '../groups/group-access.js';
import type { GroupTransaction } from '../groups/group-transaction.js';
import type { PinnedMessagesResponse } from './dto/pinned-messages.dto.js';
import { MessageChanges } from './message-changes.js';
import { MessageRecord } from './message.entity.js';

/** Pinned messages of one group. It bounds what a list of them weighs. */
const MAX_PINS = 50;

/** Messages that a group keeps in view. The owner pins and unpins; in a direct group both may. */
@Injectable()
export class PinsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly access: GroupAccess,
    private readonly changes: MessageChanges,
  ) {}

  /** Pinning again changes nothing. Throws `not_the_owner`, `message_deleted` and `limit_reached`. */
  pin(me: string, id: string): Promise<Message> {
    return this.changes.change(me, id, 'message:updated', async (message, transaction) => {
      await requirePinner(transaction, me);
      if (message.deletedAt) throw new Problem('message_deleted');
      if (message.pinnedAt) return null;
      await requireRoom(transaction);
      return { pinnedAt: new Date(), pinnedBy: me };
    });
  }

  /** Unpinning again changes nothing. Throws `not_the_owner` and `message_deleted`. */
  unpin(me: string, id: string): Promise<Message> {
    return this.changes.change(me, id, 'message:updated', async (message, transaction) => {
      await requirePinner(transaction, me);
      if (message.deletedAt) throw new Problem('message_deleted');
      return message.pinnedAt ? { pinnedAt: null, pinnedBy: null } : null;
    });
  }

  /** All of them, the one that was pinned last first. */
  async list(me: string, groupId: string): Promise<PinnedMessagesResponse> {
    await this.access.read(me, groupId);
    const rows = await this.dataSource.query<MessageRow[]>(
      `SELECT ${MESSAGE_COLUMNS} FROM ${MESSAGE_TABLES}
        WHERE m.group_id = $1 AND m.pinned_at IS NOT NULL ORDER BY m.pinned_at DESC, m.seq DESC LIMIT ${MAX_PINS}`,
      [groupId],
    );
    return { items: rows.map(toMessage) };
  }
}

async function requirePinner(transaction: GroupTransaction, userId: string): Promise<void> {
  if (transaction.group.kind !== 'direct') await transaction.requireOwner(userId);
}

async function requireRoom({ manager, group }: GroupTransaction): Promise<void> {
  const pins = await manager.countBy(MessageRecord, { groupId: group.id, pinnedAt: Not(IsNull()) });
  if (pins >= MAX_PINS) throw new Problem('limit_reached', `A group has at most ${MAX_PINS} pinned messages.`);
}
