import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeBus } from '../changes/change-bus.js';

/** How often the database is asked, in milliseconds. */
const SWEEP = 2_000;
/** How far back it looks: longer than clocks differ and databases are away. */
const WINDOW = '2 minutes';

/**
 * Tells users who are connected here of the groups that they got into lately. Mostly they know; where the bus lost the
 * news, or the node died that should have published it, this is how they learn.
 */
@Injectable()
export class MembershipSweep implements OnApplicationShutdown {
  private readonly welcomes = new Map<string, Set<(groupId: string) => void>>();
  private readonly timer = setInterval(() => void this.sweep(), SWEEP).unref();
  private sweeping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: ChangeBus,
  ) {}

  /** Calls `welcome` for each group that the user gets into, at times more than once, until the returned function is called. */
  watch(userId: string, welcome: (groupId: string) => void): () => void {
    const stop = this.bus.onUser(userId, (news) => {
      if (news.kind === 'added') welcome(news.groupId);
    });
    const mine = this.welcomes.get(userId) ?? new Set();
    this.welcomes.set(userId, mine.add(welcome));
    return () => {
      stop();
      mine.delete(welcome);
      if (mine.size === 0) this.welcomes.delete(userId);
    };
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    if (this.sweeping || this.welcomes.size === 0) return;
    this.sweeping = true;
    // The database is away: the next sweep comes.
    await this.tellRecent().catch(() => undefined);
    this.sweeping = false;
  }

  private async tellRecent(): Promise<void> {
    const recent = await this.dataSource.query<{ user_id: string; group_id: string }[]>(
      `SELECT user_id, group_id FROM memberships
        WHERE left_at IS NULL AND joined_at > now() - interval '${WINDOW}' AND user_id = ANY($1)`,
      [[...this.welcomes.keys()]],
    );
    for (const { user_id, group_id } of recent) {
      for (const welcome of this.welcomes.get(user_id) ?? []) welcome(group_id);
    }
  }
}
