import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { MemberRole } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import { User } from '../users/user.entity.js';
import { toMember } from './group.responses.js';
import type { GroupTransaction } from './group-transaction.js';
import { MAX_GROUPS_PER_USER, MAX_MEMBERS_PER_GROUP } from './limits.js';
import { Membership } from './membership.entity.js';

/** Begins, changes and ends memberships, each with a revision of its own and told after the commit. */
@Injectable()
export class Memberships {
  /**
   * Makes `userId` a member from here on. Throws `user_not_found` or `limit_reached`. A transaction that begins several
   * memberships does so in the order of the users' ids, since each holds the user's row until the commit.
   */
  async begin(transaction: GroupTransaction, userId: string, role: MemberRole): Promise<Membership> {
    const { manager, group } = transaction;
    const user = await holdActive(manager, userId);
    if (group.memberCount >= MAX_MEMBERS_PER_GROUP) {
      throw new Problem('limit_reached', `A group has at most ${MAX_MEMBERS_PER_GROUP} members.`);
    }
    if ((await manager.countBy(Membership, { userId, leftAt: IsNull() })) >= MAX_GROUPS_PER_USER) {
      throw new Problem('limit_reached', `A user is in at most ${MAX_GROUPS_PER_USER} groups.`);
    }
    const revision = transaction.takeRevision();
    const membership = manager.create(Membership, {
      groupId: group.id,
      userId,
      role,
      readSeq: group.lastSeq,
      revision,
      joinedRevision: revision,
      joinedAt: new Date(),
      leftAt: null,
      removedBy: null,
    });
    await manager.upsert(Membership, membership, ['groupId', 'userId']);
    group.memberCount += 1;
    group.membersRevision = revision;
    const member = toMember(membership, user);
    transaction.tellGroup({ event: 'member:joined', payload: { groupId: group.id, revision, member } });
    transaction.tellUser(userId, { kind: 'added', groupId: group.id, revision });
    return Object.assign(membership, { user });
  }

  /** Ends a membership; `removedBy` is null for someone who leaves. */
  async end(transaction: GroupTransaction, membership: Membership, removedBy: string | null): Promise<void> {
    transaction.group.memberCount -= 1;
    await this.store(transaction, membership, { leftAt: new Date(), removedBy }, 'member:left');
  }

  /** Gives a member another role. */
  async changeRole(transaction: GroupTransaction, membership: Membership, role: MemberRole): Promise<void> {
    await this.store(transaction, membership, { role }, 'member:updated');
  }

  /** Tells the group anew who the member is. */
  async showAgain(transaction: GroupTransaction, membership: Membership): Promise<void> {
    await this.store(transaction, membership, {}, 'member:updated');
  }

  private async store(
    transaction: GroupTransaction,
    membership: Membership,
    change: Partial<Membership>,
    event: 'member:updated' | 'member:left',
  ): Promise<void> {
    const { manager, group } = transaction;
    const revision = transaction.takeRevision();
    group.membersRevision = revision;
    Object.assign(membership, change, { revision });
    const { groupId, userId } = membership;
    await manager.update(Membership, { groupId, userId }, { ...change, revision });
    const member = toMember(membership, await manager.findOneByOrFail(User, { id: userId }));
    transaction.tellGroup({ event, payload: { groupId, revision, member } });
  }
}

/**
 * Holds the user's row until the commit: the groups of one user are counted by one transaction at a time, and a deletion
 * of the user that comes meanwhile finds the membership. Foreign keys (KEY SHARE) do not wait for this lock.
 */
async function holdActive(manager: EntityManager, id: string): Promise<User> {
  const user = await manager.findOne(User, {
    where: { id, deactivatedAt: IsNull(), deletedAt: IsNull() },
    lock: { mode: 'for_no_key_update' },
  });
  if (!user) throw new Problem('user_not_found');
  return user;
}
