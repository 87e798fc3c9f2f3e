import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { GroupHead, RemovalReason } from '../changes/contract.js';
import { Statements } from '../database/statements.js';
import { UNREAD_COUNT } from '../groups/unread.js';

const HEADS = `
  SELECT g.id, g.revision, g.last_seq AS "lastSeq", ms.read_seq AS "readSeq", ${UNREAD_COUNT} AS unread
    FROM memberships ms JOIN groups g ON g.id = ms.group_id
   WHERE ms.user_id = $1 AND ms.left_at IS NULL
   ORDER BY g.last_activity_at DESC, g.id`;

/** Where the groups of a user stand. */
@Injectable()
export class GroupHeads {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
  ) {}

  of(userId: string): Promise<GroupHead[]> {
    return this.statements.run('group-heads', HEADS, [userId]);
  }

  /** Of these groups those that a user is not in any more, and why: left, was removed, or the group is gone. */
  async farewells(userId: string, groupIds: string[]): Promise<Map<string, RemovalReason>> {
    if (groupIds.length === 0) return new Map();
    const known = await this.dataSource.query<{ group_id: string; ended: boolean; removed: boolean }[]>(
      `SELECT group_id, left_at IS NOT NULL AS ended, removed_by IS NOT NULL AS removed FROM memberships
        WHERE user_id = $1 AND group_id = ANY($2)`,
      [userId, groupIds],
    );
    const reasons = new Map<string, RemovalReason>(groupIds.map((id) => [id, 'deleted']));
    for (const { group_id, ended, removed } of known) {
      if (ended) reasons.set(group_id, removed ? 'removed' : 'left');
      else reasons.delete(group_id);
    }
    return reasons;
  }
}
