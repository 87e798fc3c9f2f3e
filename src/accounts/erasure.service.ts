import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Notices } from '../auth/mail/notices.js';
import { Reauthentication } from '../auth/passwords/reauthentication.js';
import { SessionsService } from '../auth/sessions/sessions.service.js';
import { Problem } from '../common/problem.js';
import type { Principal } from '../common/principal.js';
import { MembersService } from '../groups/members.service.js';

/** How often erasures that were cut off are looked for, in milliseconds. */
const SWEEP = 30_000;

/**
 * The end of an account. First, in one transaction, the person is gone: name, address, password, and all that hangs on the
 * row. Then they leave their groups, one after the other, and whoever is there sees it; where that is cut off, a sweep goes
 * on. The row stays, as the sender of what they wrote.
 */
@Injectable()
export class ErasureService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Erasure');
  private readonly timer = setInterval(() => void this.resume(), SWEEP).unref();

  constructor(
    private readonly dataSource: DataSource,
    private readonly reauthentication: Reauthentication,
    private readonly sessions: SessionsService,
    private readonly members: MembersService,
    private readonly notices: Notices,
  ) {}

  /** Throws as `Reauthentication.confirm`. */
  async erase(me: Principal, password: string | undefined): Promise<void> {
    const { user, tell } = await this.reauthentication.act(me, password, async (manager, user) => {
      await anonymise(manager, me.userId);
      const tell = await this.sessions.endAccountWithin(manager, me.userId);
      await eraseBelongings(manager, me.userId);
      await manager.query('INSERT INTO erasures (user_id) VALUES ($1)', [me.userId]);
      return { user, tell };
    });
    tell();
    this.notices.tell(user, 'accountErased');
    await this.finish(me.userId);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.resume();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async resume(): Promise<void> {
    const rows = await this.dataSource
      .query<{ user_id: string }[]>('SELECT user_id FROM erasures ORDER BY created_at LIMIT 100')
      // The database is away: the next sweep comes.
      .catch(() => []);
    for (const { user_id } of rows) await this.finish(user_id);
  }

  /** Leaves the groups. May run twice at once: each step is under its group's lock, and finds what is left to do. */
  private async finish(userId: string): Promise<void> {
    try {
      const groups = await this.dataSource.query<{ group_id: string }[]>(
        'SELECT group_id FROM memberships WHERE user_id = $1 AND left_at IS NULL ORDER BY group_id',
        [userId],
      );
      for (const { group_id } of groups) await this.members.depart(userId, group_id).catch(ignoreErased);
      await this.dataSource.query('DELETE FROM erasures WHERE user_id = $1', [userId]);
    } catch (error) {
      this.logger.warn(`User ${userId} has not left all groups yet; that goes on soon: ${String(error)}`);
    }
  }
}

/** A username of this length cannot be registered, so nobody takes or has taken it. The old one is free again. */
async function anonymise(manager: EntityManager, userId: string): Promise<void> {
  await manager.query(
    `UPDATE users SET username = 'deleted-' || id, display_name = 'Deleted user', email = NULL, email_verified_at = NULL,
            pending_email = NULL, pending_email_expires_at = NULL, pending_email_session = NULL, password_hash = NULL,
            deleted_at = now()
      WHERE id = $1`,
    [userId],
  );
}

/**
 * Erases what is the person's own: the rows that would go with theirs, which is what `ON DELETE CASCADE` says. So a table
 * that comes later is not forgotten here. What they said to others has no such reference.
 */
async function eraseBelongings(manager: EntityManager, userId: string): Promise<void> {
  const references = await manager.query<{ table: string; column: string }[]>(
    `SELECT c.conrelid::regclass::text AS table, quote_ident(a.attname) AS column
       FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass AND c.confdeltype = 'c'`,
  );
  for (const { table, column } of references) {
    await manager.query(`DELETE FROM ${table} WHERE ${column} = $1`, [userId]);
  }
}

function ignoreErased(error: unknown): void {
  if (!(error instanceof Problem && error.code === 'group_not_found')) throw error;
}
