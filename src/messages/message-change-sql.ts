import { MESSAGE_COLUMNS, MESSAGE_JOINS } from '../changes/message-view.js';

/**
 * One kind of change of a message, in SQL over the message as it is (`m`), its group (`g`) and the user's membership
 * (`member`). `$1` is the message's id and `$2` the user's, both uuid; the others are the change's own.
 */
export interface ChangeSql {
  /** By which PostgreSQL keeps the plan. */
  name: string;
  event: 'message:updated' | 'message:deleted';
  /** The code of the problem with which it is refused to a member, or NULL. */
  problem: string;
  /** Whether it would change anything. */
  wanted: string;
  /** The code of a problem with which it is refused when it would change something, or NULL. */
  limit?: { problem: string; detail: string };
  /** What is set in the message. */
  set: string;
  /** A statement for what changes with the message, which is the one row of `changed`. */
  also?: string;
  /** It is decided upon other messages too, so nothing in the group may have changed meanwhile. */
  readsGroup?: boolean;
}

/** A change with its statements: one that skips the lock when something else holds it, and one that waits for it. */
export interface MessageChange extends ChangeSql {
  skipping: string;
  waiting: string;
}

/** Once for each kind of change. */
export function messageChange(sql: ChangeSql): MessageChange {
  return { ...sql, skipping: statement(sql, 'SKIP LOCKED'), waiting: statement(sql, '') };
}

/** What the statements answer beside the message as it is then. No row: there is no such message. */
export interface ChangeOutcome {
  problem: string | null;
  is_limited: boolean;
  is_wanted: boolean;
  is_changed: boolean;
}

/**
 * Checks, changes and numbers, in one statement. The group's row is locked only when there is something to change. All
 * that this is decided upon is read before the lock is had, so the message is changed only where that still holds: where
 * neither the message nor a membership of the group has changed in between. Where it does not, or where the lock is
 * skipped, the change is wanted and not made.
 */
function statement(change: ChangeSql, lock: 'SKIP LOCKED' | ''): string {
  return `
  WITH original AS MATERIALIZED (
    SELECT m.id, m.group_id, m.revision, g.revision AS group_revision, g.members_revision, ${change.wanted} AS is_wanted,
           CASE WHEN member.role IS NOT NULL THEN ${change.problem}
                WHEN g.kind = 'public' THEN 'not_a_member' ELSE 'message_not_found' END AS problem,
           ${change.limit?.problem ?? 'NULL'} AS limit_problem
      FROM messages m
      JOIN groups g ON g.id = m.group_id
      LEFT JOIN memberships member ON member.group_id = m.group_id AND member.user_id = $2::uuid AND member.left_at IS NULL
     WHERE m.id = $1::uuid
  ), locked AS MATERIALIZED (
    SELECT own.* FROM original
     CROSS JOIN LATERAL (
       SELECT id, revision, members_revision FROM groups WHERE id = original.group_id FOR NO KEY UPDATE ${lock}
     ) own
     WHERE original.problem IS NULL AND original.is_wanted AND original.limit_problem IS NULL
  ), changed AS (
    UPDATE messages m SET ${change.set}, revision = locked.revision + 1
      FROM original, locked
     WHERE m.id = original.id AND m.revision = original.revision
       AND locked.members_revision = original.members_revision
       ${change.readsGroup ? 'AND locked.revision = original.group_revision' : ''}
    RETURNING m.*
  ), counted AS (
    UPDATE groups SET revision = changed.revision FROM changed WHERE groups.id = changed.group_id
  ), ${change.also ? `also AS (${change.also}),` : ''} m AS (
    SELECT * FROM changed
    UNION ALL
    SELECT messages.* FROM messages WHERE id = $1::uuid AND NOT EXISTS (SELECT FROM changed)
  )
  SELECT ${MESSAGE_COLUMNS}, original.problem, original.is_wanted, original.limit_problem IS NOT NULL AS is_limited,
         EXISTS (SELECT FROM changed) AS is_changed
    FROM m JOIN original ON original.id = m.id ${MESSAGE_JOINS}`;
}
