import { Injectable } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Change } from '../changes/contract.js';
import { Config } from '../config/config.js';
import { Batch } from './batch.js';
import { ChangeLog } from './change-log.js';
import { encode } from './outlet.js';

/** What is to be sent to whoever stands at one revision of a group. */
export interface Replay {
  sent: Batch;
  /** With it one has everything up to here. */
  revision: number;
  /** Whose membership ended meanwhile: nothing of it is theirs. */
  departed: ReadonlySet<string>;
}

/**
 * What a group's members missed, read and encoded once for all who wait for the same. When a node goes, the members of a
 * group come back together, and most of them from the same revision. A read is shared by those who asked before it began,
 * so each gets what was there when it asked, and more.
 */
@Injectable()
export class Replays {
  private readonly waiting = new Map<string, Promise<Replay | null>>();
  private readonly limit: LimitFunction;

  constructor(
    private readonly log: ChangeLog,
    { databasePoolSize }: Config,
  ) {
    this.limit = pLimit(Math.ceil(databasePoolSize / 4));
  }

  /** Everything that changed after `after`; null when the group is gone. */
  since(groupId: string, after: number): Promise<Replay | null> {
    return this.share(`since ${after} ${groupId}`, async () => {
      const changes: Change[] = [];
      const revision = await this.log.replay(groupId, after, (page) => changes.push(...page));
      if (revision === null) return null;
      const sent = new Batch(new Set(changes.map(({ event, payload }) => encode(event, payload))));
      return { sent, revision, departed: new Set(changes.flatMap(leaver)) };
    });
  }

  /** The newest messages instead, for whoever is too far behind and was a member at revision `head`; null as above. */
  newest(groupId: string, head: number): Promise<Replay | null> {
    return this.share(`newest ${head} ${groupId}`, async () => {
      const newest = await this.log.newest(groupId, head);
      if (newest === null) return null;
      const { messages, revision, departed } = newest;
      return { sent: new Batch(new Set([encode('group:reset', { groupId, revision, messages })])), revision, departed };
    });
  }

  private share(key: string, read: () => Promise<Replay | null>): Promise<Replay | null> {
    const waiting = this.waiting.get(key);
    if (waiting) return waiting;
    const result = this.limit(() => {
      this.waiting.delete(key);
      return read();
    });
    this.waiting.set(key, result);
    return result;
  }
}

function leaver(change: Change): string[] {
  return change.event === 'member:left' ? [change.payload.member.user.id] : [];
}
