import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ChangeBus } from '../changes/change-bus.js';
import { readPage } from '../common/keyset.js';
import { Problem } from '../common/problem.js';
import { violatedUnique } from '../common/to-problem.js';
import type { CreateGroupDto } from './dto/create-group.dto.js';
import type { GroupPageResponse, GroupResponse } from './dto/group.dto.js';
import type { ListGroupsQuery, UpdateGroupDto } from './dto/group-inputs.dto.js';
import { GroupAccess } from './group-access.js';
import { GroupTransaction } from './group-transaction.js';
import { GroupViews } from './group-views.js';
import { Group } from './group.entity.js';
import { toGroupProfile } from './group.responses.js';
import { Membership } from './membership.entity.js';
import { Memberships } from './memberships.js';

/** Groups: made, found, changed, erased. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly access: GroupAccess,
    private readonly memberships: Memberships,
    private readonly views: GroupViews,
    private readonly bus: ChangeBus,
  ) {}

  /** Makes a group that the user owns, or finds or makes the direct group with another user. */
  async create(me: string, { kind, name, description, userId }: CreateGroupDto): Promise<GroupResponse> {
    if (kind === 'direct') {
      if (name !== undefined) throw Problem.field('name', 'a direct group has no name');
      return this.openDirect(me, userId!);
    }
    if (userId !== undefined) throw Problem.field('userId', `is for direct groups; add members to a ${kind} one`);
    const group = await this.make({ kind, name: name!, description: description || null, directKey: null }, [
      [me, 'owner'],
    ]);
    return this.views.one(me, group);
  }

  /** My groups by their last activity, or the public ones, newest first. */
  async list(me: string, { scope, query, ...page }: ListGroupsQuery): Promise<GroupPageResponse> {
    const builder = this.dataSource.manager.createQueryBuilder(Group, 'g');
    if (scope === 'public') builder.where(`g.kind = 'public'`);
    else builder.innerJoin(Membership, 'm', 'm.groupId = g.id AND m.userId = :me AND m.leftAt IS NULL', { me });
    if (query !== undefined) builder.andWhere('position(lower(:query) IN lower(g.name)) > 0', { query });
    const time = scope === 'public' ? 'createdAt' : 'lastActivityAt';
    const found = await readPage(
      builder,
      {
        columns: { [`g.${time}`]: 'time', 'g.id': 'id' },
        direction: 'DESC',
        keyOf: (group) => [group[time].toISOString(), group.id],
      },
      page,
    );
    return { ...found, items: await this.views.many(me, found.items) };
  }

  async get(me: string, id: string): Promise<GroupResponse> {
    const { group } = await this.access.see(me, id);
    return this.views.one(me, group);
  }

  /** Only the owner may. */
  async update(me: string, id: string, { name, description }: UpdateGroupDto): Promise<GroupResponse> {
    const group = await this.access.write(id, async (transaction) => {
      await transaction.requireOwner(me);
      const { group } = transaction;
      const next = {
        name: name ?? group.name,
        description: description === undefined ? group.description : description || null,
      };
      if (next.name === group.name && next.description === group.description) return group;
      Object.assign(group, next);
      const revision = (group.profileRevision = transaction.takeRevision());
      transaction.tellGroup({
        event: 'group:updated',
        payload: { groupId: id, revision, group: toGroupProfile(group) },
      });
      return group;
    });
    return this.views.one(me, group);
  }

  /** Erases the group with its messages. Only the owner may. */
  async remove(me: string, id: string): Promise<void> {
    await this.access.write(id, async (transaction) => {
      await transaction.requireOwner(me);
      await transaction.erase();
    });
  }

  /** The one group of the two, made if there is none, however many ask at once. */
  private async openDirect(me: string, userId: string): Promise<GroupResponse> {
    if (userId === me) throw Problem.field('userId', 'must be another user');
    const pair = [me, userId].sort();
    const directKey = pair.join(':');
    const find = () => this.dataSource.manager.findOneBy(Group, { directKey });
    const make = () =>
      this.make(
        { kind: 'direct', name: null, description: null, directKey },
        pair.map((id) => [id, 'member']),
      );
    const group =
      (await find()) ??
      (await make().catch(async (error: unknown) => {
        if (violatedUnique(error) !== 'groups_direct_key_key') throw error;
        return (await find())!;
      }));
    return this.views.one(me, group);
  }

  private async make(
    fields: Pick<Group, 'kind' | 'name' | 'description' | 'directKey'>,
    members: [userId: string, role: Membership['role']][],
  ): Promise<Group> {
    const now = new Date();
    const group = this.dataSource.manager.create(Group, {
      ...fields,
      id: uuidv7(),
      memberCount: 0,
      lastSeq: 0,
      revision: 1,
      profileRevision: 1,
      membersRevision: 1,
      createdAt: now,
      lastActivityAt: now,
    });
    const transaction = await this.dataSource.transaction(async (manager) => {
      await manager.insert(Group, group);
      const transaction = new GroupTransaction(manager, group);
      for (const [userId, role] of members) await this.memberships.begin(transaction, userId, role);
      await transaction.storeCounters();
      return transaction;
    });
    transaction.publish(this.bus);
    return group;
  }
}
