import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeBus } from '../changes/change-bus.js';
import { Problem } from '../common/problem.js';
import type { ReadStateResponse } from './dto/group.dto.js';
import { GroupAccess } from './group-access.js';
import { UNREAD_COUNT } from './unread.js';

/** How far each member has read. */
@Injectable()
export class ReadStateService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly access: GroupAccess,
    private readonly bus: ChangeBus,
  ) {}

  /** Marks everything up to `seq` as read. It only rises, and never beyond the newest message. */
  async read(me: string, groupId: string, seq: number): Promise<ReadStateResponse> {
    const [risen] = await this.dataSource.query<[{ read_seq: number }[], number]>(
      `UPDATE memberships ms SET read_seq = LEAST($3::bigint, g.last_seq)
         FROM groups g
        WHERE g.id = ms.group_id AND ms.group_id = $1 AND ms.user_id = $2 AND ms.left_at IS NULL
          AND ms.read_seq < LEAST($3::bigint, g.last_seq)
       RETURNING ms.read_seq`,
      [groupId, me, seq],
    );
    const readSeq = risen[0]?.read_seq;
    if (readSeq !== undefined) this.bus.publishToGroup(groupId, { kind: 'read', userId: me, readSeq });
    else await this.access.read(me, groupId);
    return this.stateOf(me, groupId);
  }

  private async stateOf(me: string, groupId: string): Promise<ReadStateResponse> {
    const [state] = await this.dataSource.query<ReadStateResponse[]>(
      `SELECT ms.read_seq AS "readSeq", ${UNREAD_COUNT} AS unread
         FROM memberships ms JOIN groups g ON g.id = ms.group_id
        WHERE ms.group_id = $1 AND ms.user_id = $2 AND ms.left_at IS NULL`,
      [groupId, me],
    );
    if (!state) throw new Problem('group_not_found');
    return state;
  }
}
