import { Injectable } from '@nestjs/common';
import { ChangeBus } from '../changes/change-bus.js';
import { Problem } from '../common/problem.js';
import { Statements } from '../database/statements.js';
import type { ReadStateResponse } from './dto/group.dto.js';
import { UNREAD_COUNT } from './unread.js';

interface Row extends ReadStateResponse {
  is_public: boolean;
  is_member: boolean;
  has_risen: boolean;
}

/**
 * Raises what the user has read of the group and counts what is left. `seen` is as it was before; what another device
 * raised meanwhile is at least what is answered.
 */
const READ = `
  WITH seen AS MATERIALIZED (
    SELECT g.id, g.kind, g.last_seq, ms.user_id, ms.read_seq, LEAST($3::bigint, g.last_seq) AS wanted
      FROM groups g
      LEFT JOIN memberships ms ON ms.group_id = g.id AND ms.user_id = $2::uuid AND ms.left_at IS NULL
     WHERE g.id = $1::uuid
  ), risen AS (
    UPDATE memberships ms SET read_seq = seen.wanted
      FROM seen
     WHERE ms.group_id = seen.id AND ms.user_id = seen.user_id AND ms.left_at IS NULL AND ms.read_seq < seen.wanted
    RETURNING 1
  )
  SELECT ms.read_seq AS "readSeq", ${UNREAD_COUNT} AS unread, g.kind = 'public' AS is_public,
         ms.user_id IS NOT NULL AS is_member, EXISTS (SELECT FROM risen) AS has_risen
    FROM seen g
   CROSS JOIN LATERAL (SELECT g.id AS group_id, g.user_id, GREATEST(g.read_seq, g.wanted) AS read_seq) ms`;

/** How far each member has read. */
@Injectable()
export class ReadStateService {
  constructor(
    private readonly statements: Statements,
    private readonly bus: ChangeBus,
  ) {}

  /**
   * Marks everything up to `seq` as read. It only rises, and never beyond the newest message. Throws `group_not_found`,
   * or `not_a_member` for a public group.
   */
  async read(me: string, groupId: string, seq: number): Promise<ReadStateResponse> {
    const [row] = await this.statements.run<Row>('read-group', READ, [groupId, me, seq]);
    if (!row || (!row.is_member && !row.is_public)) throw new Problem('group_not_found');
    if (!row.is_member) throw new Problem('not_a_member');
    const { readSeq, unread } = row;
    if (row.has_risen) this.bus.publishToGroup(groupId, { kind: 'read', userId: me, readSeq });
    return { readSeq, unread };
  }
}
