import { type EntityManager, IsNull } from 'typeorm';
import type { ChangeBus, GroupNews, UserNews } from '../changes/change-bus.js';
import type { Change } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import { Group } from './group.entity.js';
import { Membership } from './membership.entity.js';

/**
 * A transaction that holds the lock of one group's row. Whoever changes anything of a group takes a revision from it,
 * and says what is to be told after the commit.
 */
export class GroupTransaction {
  private readonly groupNews: GroupNews[] = [];
  private readonly userNews: { userId: string; news: UserNews }[] = [];

  constructor(
    readonly manager: EntityManager,
    /** As it is under the lock; the counters are stored at the end. */
    readonly group: Group,
  ) {}

  /** The next revision, for one changed row. */
  takeRevision(): number {
    return ++this.group.revision;
  }

  /** To be told to the group's members once this is committed. */
  tellGroup(change: Change): void {
    this.groupNews.push({ kind: 'change', change });
  }

  /** To be told to one user once this is committed. */
  tellUser(userId: string, news: UserNews): void {
    this.userNews.push({ userId, news });
  }

  /** Erases the group with everything in it. */
  async erase(): Promise<void> {
    await this.manager.delete(Group, { id: this.group.id });
    this.groupNews.push({ kind: 'deleted' });
  }

  /** Stores the counters that were taken from. */
  async storeCounters(): Promise<void> {
    await this.manager.update(Group, { id: this.group.id }, this.group);
  }

  /** Tells what happened. To be called once, after the commit. */
  publish(bus: ChangeBus): void {
    for (const news of this.groupNews) bus.publishToGroup(this.group.id, news);
    for (const { userId, news } of this.userNews) bus.publishToUser(userId, news);
  }

  /** The user's place in the group, unless it ended. */
  membershipOf(userId: string): Promise<Membership | null> {
    return this.manager.findOneBy(Membership, { groupId: this.group.id, userId, leftAt: IsNull() });
  }

  /** Throws `group_not_found` for those who may not see the group, `not_a_member` for those who may. */
  async requireMember(userId: string): Promise<Membership> {
    const membership = await this.membershipOf(userId);
    if (!membership) throw new Problem(this.group.kind === 'public' ? 'not_a_member' : 'group_not_found');
    return membership;
  }

  /** As `requireMember`; throws `not_the_owner` for the other members, `direct_group_fixed` where there is no owner. */
  async requireOwner(userId: string): Promise<Membership> {
    const membership = await this.requireMember(userId);
    if (this.group.kind === 'direct') throw new Problem('direct_group_fixed');
    if (membership.role !== 'owner') throw new Problem('not_the_owner');
    return membership;
  }
}
