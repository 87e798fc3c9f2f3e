import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Presence, ShownPresence } from '../changes/contract.js';

/** The columns of someone's presence; `p` is their row of `presence`, which may be missing. */
const PRESENCE_COLUMNS = `coalesce(p.nodes <> '{}', false) AS online, p.seen_at`;

/**
 * Whether a membership shows its user's presence to the other members: in a direct group, which anyone may begin with
 * anyone, only once its user wrote in it; in any other by being in it. `ms` is the membership, which has not ended. What
 * is asked for and what is told by events both go by this. Each of the two is one look into an index: a scalar subquery is
 * never hashed, however many memberships there are.
 */
export const shownIn = (ms: string): string => `(
  (SELECT kind <> 'direct' FROM groups WHERE id = ${ms}.group_id)
  OR (SELECT true FROM messages WHERE sender_id = ${ms}.user_id AND group_id = ${ms}.group_id LIMIT 1))`;

/** A row of `PRESENCE_COLUMNS`. */
interface PresenceRow {
  online: boolean;
  seen_at: Date | null;
}

export function toPresence({ online, seen_at }: PresenceRow): Presence {
  return online
    ? { status: 'online', lastSeenAt: null }
    : { status: 'offline', lastSeenAt: seen_at?.toISOString() ?? null };
}

/** What one may not see. */
const HIDDEN: ShownPresence = { status: null, lastSeenAt: null };

/** Reads who is online, on whichever node, and when the others last were. What is told by events is the same. */
@Injectable()
export class PresenceReader {
  constructor(private readonly dataSource: DataSource) {}

  /** By user id, for a viewer who may see them all. Whoever never connected is offline. */
  async of(userIds: string[]): Promise<(userId: string) => Presence> {
    const rows = await this.dataSource.query<(PresenceRow & { user_id: string })[]>(
      `SELECT p.user_id, ${PRESENCE_COLUMNS} FROM presence p WHERE p.user_id = ANY($1)`,
      [userIds],
    );
    const known = new Map(rows.map((row) => [row.user_id, toPresence(row)]));
    return (userId) => known.get(userId) ?? { status: 'offline', lastSeenAt: null };
  }

  /** By user id, as the viewer may see it: hidden but for the viewer, and whoever shows it in a group of both. */
  async seenBy(viewerId: string, userIds: string[]): Promise<(userId: string) => ShownPresence> {
    if (userIds.length === 0) return () => HIDDEN;
    const rows = await this.dataSource.query<(PresenceRow & { id: string })[]>(
      `SELECT asked.id, ${PRESENCE_COLUMNS}
         FROM unnest($2::uuid[]) AS asked (id) LEFT JOIN presence p ON p.user_id = asked.id
        WHERE asked.id = $1 OR asked.id IN (
          SELECT theirs.user_id FROM memberships mine JOIN memberships theirs USING (group_id)
           WHERE mine.user_id = $1 AND mine.left_at IS NULL
             AND theirs.user_id = ANY($2) AND theirs.left_at IS NULL AND ${shownIn('theirs')})`,
      [viewerId, userIds],
    );
    const seen = new Map(rows.map((row) => [row.id, toPresence(row)]));
    return (userId) => seen.get(userId) ?? HIDDEN;
  }
}
