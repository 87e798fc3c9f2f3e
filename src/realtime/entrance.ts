import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.js';
import { ChangeLog } from './change-log.js';
import { type ChatSocket, emitChange } from './chat-socket.js';
import { GroupFeeds } from './group-feeds.js';

/** Missed changes that are sent one by one; whoever missed more starts anew from the newest page. */
const MAX_REPLAY = 1_000;

/** Lets sockets into groups: first what they missed, then everything live, with no change missed or given twice. */
@Injectable()
export class Entrance {
  constructor(
    private readonly feeds: GroupFeeds,
    private readonly log: ChangeLog,
  ) {}

  /**
   * Sends what changed after `cursor`, the last revision that the client had, and lets it in. `head` is where the group
   * stood a moment ago. Returns as `enter`.
   */
  resume(socket: ChatSocket, groupId: string, cursor: number, head: number): Promise<boolean> {
    return this.unlessGone(async () => {
      const revision = await this.catchUp(socket, groupId, cursor, head);
      socket.emit('group:synced', { groupId, revision });
      return this.join(socket, groupId, revision);
    });
  }

  /**
   * Lets in a socket that needs nothing up to `revision`. Returns whether the group's feed began with it, and so has to
   * be verified.
   */
  enter(socket: ChatSocket, groupId: string, revision: number): Promise<boolean> {
    return this.unlessGone(() => this.join(socket, groupId, revision));
  }

  /** Whoever is not a member any more, or finds the group gone, stays out: the feed or the farewells tell. */
  private async unlessGone(enter: () => Promise<boolean>): Promise<boolean> {
    try {
      return await enter();
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return false;
      throw error;
    }
  }

  /** Sends what was missed, and returns the revision up to which the socket has everything. */
  private async catchUp(socket: ChatSocket, groupId: string, cursor: number, head: number): Promise<number> {
    if (cursor > head || head - cursor > MAX_REPLAY) return this.reset(socket, groupId);
    return cursor < head ? this.replay(socket, groupId, cursor) : cursor;
  }

  private async join(socket: ChatSocket, groupId: string, at: number): Promise<boolean> {
    let revision = at;
    let began = false;
    while (socket.connected && !socket.data.feeds.has(groupId)) {
      const { feed, isNew } = this.feeds.open(groupId, revision);
      began ||= isNew;
      if ((await feed.admit(socket, revision)) !== 'behind') break;
      feed.closeIfEmpty();
      revision = await this.replay(socket, groupId, revision);
    }
    return began;
  }

  private replay(socket: ChatSocket, groupId: string, after: number): Promise<number> {
    return this.log.replayFor(socket.data.user.id, groupId, after, (changes) => {
      for (const change of changes) emitChange(socket, change);
    });
  }

  private async reset(socket: ChatSocket, groupId: string): Promise<number> {
    const { messages, revision } = await this.log.newestFor(socket.data.user.id, groupId);
    socket.emit('group:reset', { groupId, revision, messages });
    return revision;
  }
}
