import { Injectable } from '@nestjs/common';
import type { SyncResult } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import { GroupAccess } from '../groups/group-access.js';
import { ChangeLog } from './change-log.js';
import type { SyncCommand } from './commands.dto.js';

/** Further behind than this, reading the newest page is cheaper for everyone. */
const MAX_BEHIND = 10_000;

/** Answers `group:sync`: the one way to catch up, whenever and from wherever. */
@Injectable()
export class SyncService {
  constructor(
    private readonly access: GroupAccess,
    private readonly log: ChangeLog,
  ) {}

  /** Throws `group_not_found`, `not_a_member`, and `validation_failed` for a `since` that is above `after`. */
  async sync(me: string, { groupId, after, since, limit }: SyncCommand): Promise<SyncResult> {
    const began = since ?? after;
    if (began > after) throw Problem.field('since', 'must not be above after');
    const { group } = await this.access.read(me, groupId);
    if (after > group.revision || group.revision - after > MAX_BEHIND) {
      return { changes: [], revision: group.revision, more: false, reset: true };
    }
    return { ...(await this.log.pageFor(me, groupId, { since: began, after, limit })), reset: false };
  }
}
