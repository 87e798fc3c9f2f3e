import { Injectable } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Change } from '../changes/contract.js';
import { Config } from '../config/config.js';
import { Batch } from './batch.js';
import { ChangeLog } from './change-log.js';
import { type Emission, encode } from './outlet.js';
import { MAX_REPLAY_BYTES } from './transport/limits.js';

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

  /** Everything that changed after `after`, or the newest messages where that is too long; null when the group is gone. */
  since(groupId: string, after: number): Promise<Replay | null> {
    return this.share(`since ${after} ${groupId}`, async () => {
      const [sent, departed] = [new Set<Emission>(), new Set<string>()];
      let bytes = 0;
      const revision = await this.log.replay(groupId, after, (changes) => {
        for (const change of changes) {
          const emission = encode(change.event, change.payload);
          bytes += emission.frame.length;
          sent.add(emission);
          for (const userId of leaver(change)) departed.add(userId);
        }
        return bytes <= MAX_REPLAY_BYTES;
      });
      if (revision === null) return null;
      return bytes > MAX_REPLAY_BYTES ? this.readNewest(groupId, after) : { sent: new Batch(sent), revision, departed };
    });
  }

  /** The newest messages instead, for whoever is too far behind and was a member at revision `head`; null as above. */
  newest(groupId: string, head: number): Promise<Replay | null> {
    return this.share(`newest ${head} ${groupId}`, () => this.readNewest(groupId, head));
  }

  private async readNewest(groupId: string, head: number): Promise<Replay | null> {
    const newest = await this.log.newest(groupId, head);
    if (newest === null) return null;
    const { messages, revision, departed } = newest;
    return { sent: new Batch(new Set([encode('group:reset', { groupId, revision, messages })])), revision, departed };
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
