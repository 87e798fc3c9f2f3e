import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, MoreThan, Not } from 'typeorm';
import type { Change, Message } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { Problem } from '../common/problem.js';
import { Group } from '../groups/group.entity.js';
import { toGroupProfile, toMember } from '../groups/group.responses.js';
import { Membership } from '../groups/membership.entity.js';

/** Changes of a group in revision order. */
export interface ChangePage {
  changes: Change[];
  /** With these changes one has everything up to here. */
  revision: number;
  more: boolean;
}

/** The newest messages of a group, for someone who starts anew. */
export interface NewestPage {
  messages: Message[];
  /** The revision to go on from. */
  revision: number;
  departed: ReadonlySet<string>;
}

/** Takes a page of changes; returns whether to read on. */
type Visit = (changes: Change[]) => boolean;

/** Which changes to read: so many of those after `after`. */
export interface Range {
  /** What was made after this is new. */
  since: number;
  after: number;
  limit: number;
}

const NEWEST = 50;
/** Changes that are read at once. */
const PAGE = 200;

/**
 * Reads what changed in a group after a revision. There is no table of changes: each row keeps the revision of its last
 * change, so the rows themselves are the log, and one gets them as they are now, however often they changed meanwhile.
 * What was made after the revision comes as created, joined; the rest as updated, deleted, left.
 */
@Injectable()
export class ChangeLog {
  constructor(private readonly dataSource: DataSource) {}

  /** One page of what changed, for a member. Throws `group_not_found` or `not_a_member`. */
  pageFor(userId: string, groupId: string, range: Range): Promise<ChangePage> {
    return this.snapshot(async (manager) => {
      const group = await requireMember(manager, userId, groupId);
      return page(manager, group, range);
    });
  }

  /**
   * Gives everything that changed after `after` to `visit`, a page at a time, and returns the revision up to which that
   * is, or was when `visit` ended it; null when the group is gone. It is read as of one moment, so that each row comes once and what is new comes as new.
   */
  replay(groupId: string, after: number, visit: Visit): Promise<number | null> {
    return this.snapshot(async (manager) => {
      const group = await manager.findOneBy(Group, { id: groupId });
      return group && visitAll(manager, group, after, visit);
    });
  }

  /** The newest messages, and whose membership ended after revision `head`; null when the group is gone. */
  newest(groupId: string, head: number): Promise<NewestPage | null> {
    return this.snapshot(async (manager) => {
      const group = await manager.findOneBy(Group, { id: groupId });
      if (!group) return null;
      const rows = await manager.query<MessageRow[]>(
        `SELECT ${MESSAGE_COLUMNS} FROM ${MESSAGE_TABLES} WHERE m.group_id = $1 AND m.seq > $2 ORDER BY m.seq`,
        [groupId, group.lastSeq - NEWEST],
      );
      const ended = await manager.findBy(Membership, { groupId, revision: MoreThan(head), leftAt: Not(IsNull()) });
      const departed = new Set(ended.map(({ userId }) => userId));
      return { messages: rows.map(toMessage), revision: group.revision, departed };
    });
  }

  /** Where groups stand; those that are gone are absent. */
  async revisions(groupIds: string[]): Promise<Map<string, number>> {
    const rows = await this.dataSource.query<{ id: string; revision: number }[]>(
      'SELECT id, revision FROM groups WHERE id = ANY($1)',
      [groupIds],
    );
    return new Map(rows.map(({ id, revision }) => [id, revision]));
  }

  /** Everything in it is read as of one moment. */
  private snapshot<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}

async function visitAll(manager: EntityManager, group: Group, since: number, visit: Visit): Promise<number> {
  for (let after = since; ;) {
    const { changes, more, revision } = await page(manager, group, { since, after, limit: PAGE });
    if (!visit(changes) || !more) return revision;
    after = revision;
  }
}

async function page(manager: EntityManager, group: Group, { since, after, limit }: Range): Promise<ChangePage> {
  const oneMore = { since, after, limit: limit + 1 };
  const found = [
    ...(await messageChanges(manager, group, oneMore)),
    ...(group.membersRevision > after ? await memberChanges(manager, group, oneMore) : []),
    ...(group.profileRevision > after ? [profileChange(group)] : []),
  ].sort((a, b) => a.payload.revision - b.payload.revision);
  const more = found.length > limit;
  const changes = found.slice(0, limit);
  return { changes, more, revision: more ? changes.at(-1)!.payload.revision : group.revision };
}

async function requireMember(manager: EntityManager, userId: string, groupId: string): Promise<Group> {
  const group = await manager.findOneBy(Group, { id: groupId });
  if (!group) throw new Problem('group_not_found');
  if (!(await manager.existsBy(Membership, { groupId, userId, leftAt: IsNull() }))) {
    throw new Problem(group.kind === 'public' ? 'not_a_member' : 'group_not_found');
  }
  return group;
}

async function messageChanges(manager: EntityManager, group: Group, { since, after, limit }: Range): Promise<Change[]> {
  const rows = await manager.query<MessageRow[]>(
    `SELECT ${MESSAGE_COLUMNS} FROM ${MESSAGE_TABLES}
      WHERE m.group_id = $1 AND m.revision > $2 ORDER BY m.revision LIMIT $3`,
    [group.id, after, limit],
  );
  return rows.map((row) => {
    const changed = row.deleted_at ? 'message:deleted' : 'message:updated';
    const event = row.created_revision > since ? 'message:created' : changed;
    return { event, payload: { groupId: group.id, revision: row.revision, message: toMessage(row) } };
  });
}

async function memberChanges(manager: EntityManager, group: Group, { since, after, limit }: Range): Promise<Change[]> {
  const memberships = await manager.find(Membership, {
    where: { groupId: group.id, revision: MoreThan(after) },
    relations: { user: true },
    order: { revision: 'ASC' },
    take: limit,
  });
  return memberships.map((membership) => {
    const stays = membership.joinedRevision > since ? 'member:joined' : 'member:updated';
    const event = membership.leftAt ? 'member:left' : stays;
    const { revision } = membership;
    return { event, payload: { groupId: group.id, revision, member: toMember(membership, membership.user!) } };
  });
}

function profileChange(group: Group): Change {
  const payload = { groupId: group.id, revision: group.profileRevision, group: toGroupProfile(group) };
  return { event: 'group:updated', payload };
}
