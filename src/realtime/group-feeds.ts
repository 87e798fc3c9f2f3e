import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeBus } from '../changes/change-bus.js';
import { ChangeLog } from './change-log.js';
import { GroupFeed } from './group-feed.js';

/** How often the feeds are compared with the database, in milliseconds. */
const SWEEP = 2_000;

/** The feeds of the groups that have members connected to this node. */
@Injectable()
export class GroupFeeds implements OnApplicationShutdown {
  private readonly feeds = new Map<string, GroupFeed>();
  private readonly timer = setInterval(() => void this.sweep(), SWEEP).unref();
  private sweeping = false;

  constructor(
    private readonly bus: ChangeBus,
    private readonly log: ChangeLog,
  ) {}

  /** The group's feed; a new one takes it that everything up to `revision` was delivered. */
  open(groupId: string, revision: number): { feed: GroupFeed; isNew: boolean } {
    const present = this.feeds.get(groupId);
    if (present) return { feed: present, isNew: false };
    const feed: GroupFeed = new GroupFeed(groupId, revision, this.log, () => {
      stop();
      this.feeds.delete(groupId);
    });
    const stop = this.bus.onGroup(groupId, (news) => feed.take(news));
    this.feeds.set(groupId, feed);
    return { feed, isNew: true };
  }

  /** The group's feed, if it has members connected here. */
  find(groupId: string): GroupFeed | undefined {
    return this.feeds.get(groupId);
  }

  /** Compares feeds with the database, and delivers what the bus did not bring. */
  async verify(groupIds: string[]): Promise<void> {
    if (groupIds.length === 0) return;
    const revisions = await this.log.revisions(groupIds);
    const feeds = groupIds.flatMap((id) => this.feeds.get(id) ?? []);
    await Promise.all(feeds.map((feed) => feed.compare(revisions.get(feed.groupId) ?? null)));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** A change whose publisher died before publishing it still arrives. */
  private async sweep(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    // The database is away: the next sweep comes.
    await this.verify([...this.feeds.keys()]).catch(() => undefined);
    this.sweeping = false;
  }
}
