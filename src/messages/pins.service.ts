import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Message } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { GroupAccess } from '../groups/group-access.js';
import type { PinnedMessagesResponse } from './dto/pinned-messages.dto.js';
import { messageChange } from './message-change-sql.js';
import { MessageChanges } from './message-changes.js';

/** Pinned messages of one group. It bounds what a list of them weighs. */
const MAX_PINS = 50;

const PROBLEM = `CASE WHEN g.kind <> 'direct' AND member.role <> 'owner' THEN 'not_the_owner'
                      WHEN m.deleted_at IS NOT NULL THEN 'message_deleted' END`;
const PIN = messageChange({
  name: 'pin-message',
  event: 'message:updated',
  problem: PROBLEM,
  wanted: 'm.pinned_at IS NULL',
  limit: {
    problem: `CASE WHEN (SELECT count(*) FROM messages pinned WHERE pinned.group_id = m.group_id AND pinned.pinned_at IS NOT NULL)
                        >= ${MAX_PINS} THEN 'limit_reached' END`,
    detail: `A group has at most ${MAX_PINS} pinned messages.`,
  },
  set: 'pinned_at = clock_timestamp(), pinned_by = $2::uuid',
  readsGroup: true,
});
const UNPIN = messageChange({
  name: 'unpin-message',
  event: 'message:updated',
  problem: PROBLEM,
  wanted: 'm.pinned_at IS NOT NULL',
  set: 'pinned_at = NULL, pinned_by = NULL',
});

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
    return this.changes.change(me, id, PIN);
  }

  /** Unpinning again changes nothing. Throws `not_the_owner` and `message_deleted`. */
  unpin(me: string, id: string): Promise<Message> {
    return this.changes.change(me, id, UNPIN);
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
