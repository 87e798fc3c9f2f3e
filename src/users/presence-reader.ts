import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Presence } from '../changes/contract.js';

/** The columns of someone's presence; `p` is their row of `presence`, which may be missing. */
export const PRESENCE_COLUMNS = `coalesce(p.nodes <> '{}', false) AS online, p.seen_at`;

/** A row of `PRESENCE_COLUMNS`. */
export interface PresenceRow {
  online: boolean;
  seen_at: Date | null;
}

export function toPresence({ online, seen_at }: PresenceRow): Presence {
  return online
    ? { status: 'online', lastSeenAt: null }
    : { status: 'offline', lastSeenAt: seen_at?.toISOString() ?? null };
}

/** Reads who is online, on whichever node, and when the others last were. What is told by events is the same. */
@Injectable()
export class PresenceReader {
  constructor(private readonly dataSource: DataSource) {}

  /** By user id. Whoever never connected is offline. */
  async of(userIds: string[]): Promise<(userId: string) => Presence> {
    const rows = await this.dataSource.query<(PresenceRow & { user_id: string })[]>(
      `SELECT p.user_id, ${PRESENCE_COLUMNS} FROM presence p WHERE p.user_id = ANY($1)`,
      [userIds],
    );
    const known = new Map(rows.map((row) => [row.user_id, toPresence(row)]));
    return (userId) => known.get(userId) ?? { status: 'offline', lastSeenAt: null };
  }

  /** Of someone as another user may see it: null unless they are in a group together, or the same. */
  async seenBy(viewerId: string, userId: string): Promise<Presence | null> {
    const [row] = await this.dataSource.query<PresenceRow[]>(
      `SELECT ${PRESENCE_COLUMNS} FROM users u LEFT JOIN presence p ON p.user_id = u.id
        WHERE u.id = $2 AND (u.id = $1 OR EXISTS (
          SELECT FROM memberships mine JOIN memberships theirs USING (group_id)
           WHERE mine.user_id = $1 AND mine.left_at IS NULL AND theirs.user_id = $2 AND theirs.left_at IS NULL))`,
      [viewerId, userId],
    );
    return row ? toPresence(row) : null;
  }
}
