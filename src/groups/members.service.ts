import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not } from 'typeorm';
import { readPage } from '../common/keyset.js';
import type { PageQuery } from '../common/paging.dto.js';
import { Problem } from '../common/problem.js';
import { PresenceReader } from '../users/presence-reader.js';
import type { GroupResponse, MemberPageResponse, MemberResponse } from './dto/group.dto.js';
import { GroupAccess } from './group-access.js';
import type { GroupTransaction } from './group-transaction.js';
import { GroupViews } from './group-views.js';
import { toMember } from './group.responses.js';
import { Membership } from './membership.entity.js';
import { Memberships } from './memberships.js';

/** Who is in a group: joining, adding, leaving, removing. */
@Injectable()
export class MembersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly access: GroupAccess,
    private readonly memberships: Memberships,
    private readonly views: GroupViews,
    private readonly presence: PresenceReader,
  ) {}

  /** Joins a public group; someone who is in already stays in. */
  async join(me: string, groupId: string): Promise<GroupResponse> {
    const group = await this.access.write(groupId, async (transaction) => {
      const membership = await transaction.membershipOf(me);
      if (!membership && transaction.group.kind !== 'public') throw new Problem('group_not_found');
      if (!membership) await this.memberships.begin(transaction, me, 'member');
      return transaction.group;
    });
    return this.views.one(me, group);
  }

  /** Adds a user; one who is in already stays as they are. Only the owner may. */
  async add(me: string, groupId: string, userId: string): Promise<MemberResponse> {
    return this.access.write(groupId, async (transaction) => {
      await transaction.requireOwner(me);
      const present = await transaction.manager.findOne(Membership, {
        where: { groupId, userId, leftAt: IsNull() },
        relations: { user: true },
      });
      const membership = present ?? (await this.memberships.begin(transaction, userId, 'member'));
      return toMember(membership, membership.user!);
    });
  }

  /** The members, with their presence, in the order in which they joined. Only members may see them. */
  async list(me: string, groupId: string, page: PageQuery): Promise<MemberPageResponse> {
    const { group } = await this.access.read(me, groupId);
    const builder = this.dataSource.manager
      .createQueryBuilder(Membership, 'm')
      .innerJoinAndSelect('m.user', 'user')
      .where('m.groupId = :groupId AND m.leftAt IS NULL', { groupId });
    const found = await readPage(
      builder,
      {
        columns: { 'm.joinedAt': 'time', 'm.userId': 'id' },
        direction: 'ASC',
        keyOf: (membership) => [membership.joinedAt.toISOString(), membership.userId],
      },
      page,
    );
    const userIds = found.items.map(({ userId }) => userId);
    // But for a direct group, this one is enough to see all of its members.
    const isShown = group.kind !== 'direct';
    const presenceOf = await (isShown ? this.presence.of(userIds) : this.presence.seenBy(me, userIds));
    return {
      ...found,
      items: found.items.map((membership) => ({
        ...toMember(membership, membership.user!),
        ...presenceOf(membership.userId),
      })),
    };
  }

  /** Leaves, or removes someone, which only the owner may. Nobody leaves a direct group. */
  async remove(me: string, groupId: string, userId: string): Promise<void> {
    await this.access.write(groupId, async (transaction) => {
      const mine = userId === me ? await transaction.requireMember(me) : await transaction.requireOwner(me);
      if (transaction.group.kind === 'direct') throw new Problem('direct_group_fixed');
      const membership = userId === me ? mine : await transaction.membershipOf(userId);
      if (!membership) throw new Problem('member_not_found');
      await this.memberships.end(transaction, membership, userId === me ? null : me);
      if (membership.role === 'owner') await this.handOver(transaction);
    });
  }

  /**
   * Takes a user who is deleted out of a group, as if they left. Of a direct group they stay a part, for the other one,
   * who is shown that they are gone. May be repeated.
   */
  async depart(userId: string, groupId: string): Promise<void> {
    await this.access.write(groupId, async (transaction) => {
      const membership = await transaction.membershipOf(userId);
      if (!membership) return;
      if (transaction.group.kind === 'direct') return this.memberships.showAgain(transaction, membership);
      await this.memberships.end(transaction, membership, null);
      if (membership.role === 'owner') await this.handOver(transaction);
    });
  }

  /** When the owner left, who has been in the longest owns the group; when nobody is left, it is erased. */
  private async handOver(transaction: GroupTransaction): Promise<void> {
    const heir = await transaction.manager.findOne(Membership, {
      where: { groupId: transaction.group.id, leftAt: IsNull(), role: Not('owner') },
      order: { joinedAt: 'ASC', userId: 'ASC' },
    });
    if (heir) await this.memberships.changeRole(transaction, heir, 'owner');
    else await transaction.erase();
  }
}
