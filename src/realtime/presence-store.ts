import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Statements } from '../database/statements.js';
import { shownIn } from '../users/presence-reader.js';
import { GRACE, type LocalChange } from './local-presence.js';

/** A node that has not beaten for this long is dead, in milliseconds. */
export const LEASE = 10_000;

/** That a user came online or went offline. */
export interface Transition {
  userId: string;
  online: boolean;
  seenAt: Date;
  /** The transaction that stored it. */
  version: string;
}

/** What changed since one read last. */
export interface Transitions {
  /** Where to read on: every transaction before this one had ended. */
  horizon: string;
  /** Whether a node is dead. */
  hasDead: boolean;
  transitions: Transition[];
}

/** The user's nodes after a change, from those in the row that is there and those in the row that comes. */
const NEXT = 'array_remove(p.nodes, $1) || EXCLUDED.nodes';

/**
 * One row a user, changed in place under its lock: of two nodes that a user leaves at once, the second sees the first.
 * Rows are taken in the order of their ids, so that nobody waits in a circle. Nothing is stored by who has no lease.
 */
const WRITE = `
  WITH lease AS (
    UPDATE presence_nodes SET beat_at = now(), expires_at = now() + ${LEASE} * interval '1 ms'
     WHERE id = $1::uuid RETURNING id
  ), written AS (
    INSERT INTO presence AS p (user_id, nodes, seen_at, changed_at, changed_by)
    SELECT c.user_id, CASE WHEN c.is_here THEN ARRAY[lease.id] ELSE '{}' END, now() - c.age * interval '1 ms', now(),
           pg_current_xact_id()
      FROM unnest($2::uuid[], $3::boolean[], $4::float8[]) AS c (user_id, is_here, age)
      JOIN users u ON u.id = c.user_id CROSS JOIN lease
     ORDER BY c.user_id
        ON CONFLICT (user_id) DO UPDATE SET
           nodes = ${NEXT},
           seen_at = greatest(p.seen_at, EXCLUDED.seen_at),
           ${changedIf(`(p.nodes = '{}') <> (${NEXT} = '{}')`)}
  )
  SELECT id FROM lease`;

/** What is older was told by then, unless the database was away. It bounds what a transaction that never ends costs. */
const WINDOW = '10 minutes';

const READ = `
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
         EXISTS (SELECT FROM presence_nodes WHERE expires_at < now()) AS has_dead,
         p.user_id, p.nodes <> '{}' AS online, p.seen_at, p.changed_by::text AS version
    FROM (SELECT) AS once
    LEFT JOIN presence p ON p.changed_by >= $1::xid8 AND p.changed_at > now() - interval '${WINDOW}'`;

const BURY = `
  WITH dead AS (
    DELETE FROM presence_nodes
     WHERE id IN (SELECT id FROM presence_nodes WHERE expires_at < now() FOR UPDATE SKIP LOCKED)
    RETURNING id, beat_at
  )
  SELECT id, beat_at FROM dead ORDER BY beat_at`;

const STRIKE = `
  WITH theirs AS (
    SELECT user_id FROM presence WHERE nodes <> '{}' AND $1::uuid = ANY(nodes) ORDER BY user_id FOR NO KEY UPDATE
  )
  UPDATE presence p
     SET nodes = array_remove(p.nodes, $1), seen_at = greatest(p.seen_at, $2), ${changedIf('p.nodes = ARRAY[$1]')}
    FROM theirs WHERE p.user_id = theirs.user_id`;

function changedIf(condition: string): string {
  return `changed_at = CASE WHEN ${condition} THEN now() ELSE p.changed_at END,
          changed_by = CASE WHEN ${condition} THEN pg_current_xact_id() ELSE p.changed_by END`;
}

type ReadRow = { horizon: string; has_dead: boolean } & (
  { user_id: null } | { user_id: string; online: boolean; seen_at: Date; version: string }
);

/** Keeps in the database who is connected to which node. A node keeps its lease by writing, if only an empty list. */
@Injectable()
export class PresenceStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
  ) {}

  /** Begins the lease of a node. Its id must be a new one: another node may be about to bury the old. */
  async register(nodeId: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO presence_nodes (id, beat_at, expires_at) VALUES ($1, now(), now() + ${LEASE} * interval '1 ms')`,
      [nodeId],
    );
  }

  /** Renews the lease and stores who came and went. False when there is no lease (any more). */
  async write(nodeId: string, changes: LocalChange[]): Promise<boolean> {
    const rows = await this.statements.run('write-presence', WRITE, [
      nodeId,
      changes.map(({ userId }) => userId),
      changes.map(({ isHere }) => isHere),
      changes.map(({ age }) => age),
    ]);
    return rows.length > 0;
  }

  /** Who came online or went offline on any node since `horizon`, and some of it again; at first only where to read on. */
  async readOn(horizon: string | null): Promise<Transitions> {
    const rows = await this.statements.run<ReadRow>('read-presence', READ, [horizon]);
    const transitions = rows.flatMap((row) =>
      row.user_id === null
        ? []
        : [{ userId: row.user_id, online: row.online, seenAt: row.seen_at, version: row.version }],
    );
    return { horizon: rows[0]!.horizon, hasDead: rows[0]!.has_dead, transitions };
  }

  /** Takes dead nodes away. Who was connected only there went offline at its last beat. */
  async buryDead(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const dead = await manager.query<{ id: string; beat_at: Date }[]>(BURY);
      for (const { id, beat_at } of dead) await manager.query(STRIKE, [id, beat_at]);
    });
  }

  /** Ends the lease. Whoever does not come back elsewhere within the grace is taken away then. */
  async leave(nodeId: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE presence_nodes SET beat_at = now(), expires_at = now() + ${GRACE} * interval '1 ms' WHERE id = $1`,
      [nodeId],
    );
  }

  /** The groups in which users show their presence. */
  async groupsOf(userIds: string[]): Promise<Map<string, string[]>> {
    const rows = await this.dataSource.query<{ user_id: string; group_ids: string[] }[]>(
      `SELECT user_id, array_agg(group_id) AS group_ids FROM memberships ms
        WHERE user_id = ANY($1) AND left_at IS NULL AND ${shownIn('ms')} GROUP BY user_id`,
      [userIds],
    );
    return new Map(rows.map(({ user_id, group_ids }) => [user_id, group_ids]));
  }
}
