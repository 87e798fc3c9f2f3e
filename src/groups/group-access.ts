import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeBus } from '../changes/change-bus.js';
import { Problem } from '../common/problem.js';
import { Statements } from '../database/statements.js';
import { Group } from './group.entity.js';
import { GroupTransaction } from './group-transaction.js';
import { BUSY, GroupWriteQueue } from './group-write-queue.js';
import { Membership } from './membership.entity.js';

const IS_IN = 'group_id = $1 AND user_id = $2 AND left_at IS NULL';

/** A group together with the place in it of the one who asks. */
export interface SeenGroup {
  group: Group;
  membership: Membership | null;
}

/** The only door to a group: whoever reads or changes one comes through here. */
@Injectable()
export class GroupAccess {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
    private readonly queue: GroupWriteQueue,
    private readonly bus: ChangeBus,
  ) {}

  /** A group that the user may see: a public one, or one they are in. Throws `group_not_found` for any other. */
  async see(userId: string, groupId: string): Promise<SeenGroup> {
    const [group, membership] = await Promise.all([
      this.statements.find('see-group', Group, 'id = $1', [groupId]),
      this.statements.find('see-membership', Membership, IS_IN, [groupId, userId]),
    ]);
    if (!group || (!membership && group.kind !== 'public')) throw new Problem('group_not_found');
    return { group, membership };
  }

  /** A group that the user is in. Throws `group_not_found`, or `not_a_member` for a public one. */
  async read(userId: string, groupId: string): Promise<{ group: Group; membership: Membership }> {
    const { group, membership } = await this.see(userId, groupId);
    if (!membership) throw new Problem('not_a_member');
    return { group, membership };
  }

  /**
   * Runs `work` in a transaction that holds the group's lock, stores the counters that it took from, commits, and then
   * tells what happened. `work` begins by requiring the right to do what it does. Throws `group_not_found`.
   */
  async write<T>(groupId: string, work: (transaction: GroupTransaction) => Promise<T>): Promise<T> {
    const { result, transaction } = await this.queue.run(groupId, (wait) => this.attempt(groupId, wait, work));
    transaction.publish(this.bus);
    return result;
  }

  private attempt<T>(groupId: string, wait: boolean, work: (transaction: GroupTransaction) => Promise<T>) {
    return this.dataSource.transaction(async (manager) => {
      const group = await manager.findOne(Group, {
        where: { id: groupId },
        lock: { mode: 'for_no_key_update', ...(!wait && { onLocked: 'skip_locked' }) },
      });
      if (!group && !wait && (await manager.existsBy(Group, { id: groupId }))) return BUSY;
      if (!group) throw new Problem('group_not_found');
      const before = group.revision;
      const transaction = new GroupTransaction(manager, group);
      const result = await work(transaction);
      if (group.revision !== before) await transaction.storeCounters();
      return { result, transaction };
    });
  }
}
