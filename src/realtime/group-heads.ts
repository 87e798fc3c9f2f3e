import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { GroupHead } from '../changes/contract.js';
import { UNREAD_COUNT } from '../groups/unread.js';

/** Where the groups of a user stand. */
@Injectable()
export class GroupHeads {
  constructor(private readonly dataSource: DataSource) {}

  of(userId: string): Promise<GroupHead[]> {
    return this.dataSource.query<GroupHead[]>(
      `SELECT g.id, g.revision, g.last_seq AS "lastSeq", ms.read_seq AS "readSeq", ${UNREAD_COUNT} AS unread
         FROM memberships ms JOIN groups g ON g.id = ms.group_id
        WHERE ms.user_id = $1 AND ms.left_at IS NULL
        ORDER BY g.last_activity_at DESC, g.id`,
      [userId],
    );
  }

  /** Of groups that a user is not in: whether that user left, was removed, or the group is gone. */
  async farewells(userId: string, groupIds: string[]): Promise<Map<string, 'left' | 'removed' | 'deleted'>> {
    if (groupIds.length === 0) return new Map();
    const ended = await this.dataSource.query<{ group_id: string; removed: boolean }[]>(
      `SELECT group_id, removed_by IS NOT NULL AS removed FROM memberships
        WHERE user_id = $1 AND group_id = ANY($2) AND left_at IS NOT NULL`,
      [userId, groupIds],
    );
    const reasons = new Map(ended.map(({ group_id, removed }) => [group_id, removed ? 'removed' : 'left'] as const));
    return new Map(groupIds.map((id) => [id, reasons.get(id) ?? 'deleted'] as const));
  }
}
