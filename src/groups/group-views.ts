import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MemberRole, UserWithPresence } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { PresenceReader } from '../users/presence-reader.js';
import type { GroupResponse, OwnMembershipResponse } from './dto/group.dto.js';
import type { Group } from './group.entity.js';
import { toGroupProfile } from './group.responses.js';
import { UNREAD_COUNT } from './unread.js';

/** Shows groups as one user sees them: with their place in it, the newest message, and the peer of a direct group. */
@Injectable()
export class GroupViews {
  constructor(
    private readonly dataSource: DataSource,
    private readonly presence: PresenceReader,
  ) {}

  async one(userId: string, group: Group): Promise<GroupResponse> {
    const [view] = await this.many(userId, [group]);
    return view!;
  }

  async many(userId: string, groups: Group[]): Promise<GroupResponse[]> {
    const ids = groups.map(({ id }) => id);
    const [memberships, messages, peers] = await Promise.all([
      this.membershipsOf(userId, ids),
      this.lastMessagesOf(userId, ids),
      this.peersOf(
        userId,
        groups.filter(({ kind }) => kind === 'direct').map(({ id }) => id),
      ),
    ]);
    return groups.map((group) => ({
      ...toGroupProfile(group),
      peer: peers.get(group.id) ?? null,
      lastMessage: messages.get(group.id) ?? null,
      membership: memberships.get(group.id) ?? null,
    }));
  }

  private async membershipsOf(userId: string, ids: string[]): Promise<Map<string, OwnMembershipResponse>> {
    const rows = await this.dataSource.query<
      { group_id: string; role: MemberRole; joined_at: Date; read_seq: number; unread: number }[]
    >(
      `SELECT ms.group_id, ms.role, ms.joined_at, ms.read_seq, ${UNREAD_COUNT} AS unread
         FROM memberships ms JOIN groups g ON g.id = ms.group_id
        WHERE ms.user_id = $1 AND ms.group_id = ANY($2) AND ms.left_at IS NULL`,
      [userId, ids],
    );
    return new Map(
      rows.map(({ group_id, role, joined_at, read_seq, unread }) => [
        group_id,
        { role, joinedAt: joined_at.toISOString(), readSeq: read_seq, unread },
      ]),
    );
  }

  private async lastMessagesOf(userId: string, ids: string[]) {
    const rows = await this.dataSource.query<MessageRow[]>(
      `SELECT ${MESSAGE_COLUMNS}
         FROM groups g
         JOIN memberships ms ON ms.group_id = g.id AND ms.user_id = $1 AND ms.left_at IS NULL
         JOIN (${MESSAGE_TABLES}) ON m.group_id = g.id AND m.seq = g.last_seq
        WHERE g.id = ANY($2)`,
      [userId, ids],
    );
    return new Map(rows.map((row) => [row.group_id, toMessage(row)]));
  }

  private async peersOf(userId: string, ids: string[]): Promise<Map<string, UserWithPresence>> {
    if (ids.length === 0) return new Map();
    const rows = await this.dataSource.query<
      { group_id: string; id: string; username: string; display_name: string }[]
    >(
      `SELECT ms.group_id, u.id, u.username, u.display_name FROM memberships ms JOIN users u ON u.id = ms.user_id
        WHERE ms.group_id = ANY($2) AND ms.user_id <> $1`,
      [userId, ids],
    );
    const presenceOf = await this.presence.seenBy(
      userId,
      rows.map(({ id }) => id),
    );
    return new Map(
      rows.map(({ group_id, id, username, display_name }) => [
        group_id,
        { id, username, displayName: display_name, ...presenceOf(id) },
      ]),
    );
  }
}
