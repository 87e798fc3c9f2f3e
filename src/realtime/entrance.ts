import { Injectable } from '@nestjs/common';
import type { ChatSocket } from './chat-socket.js';
import { GroupFeeds } from './group-feeds.js';
import { GroupHeads } from './group-heads.js';
import { emitAll, whenRead } from './outlet.js';
import { type Replay, Replays } from './replays.js';

/** Missed changes that are sent one by one; whoever missed more starts anew from the newest page. */
const MAX_REPLAY = 1_000;

/**
 * Lets sockets into groups of which their users were members a moment ago: first what they missed, then everything live,
 * with no change missed or given twice. Whoever is a member no more is told so, and stays out.
 */
@Injectable()
export class Entrance {
  constructor(
    private readonly feeds: GroupFeeds,
    private readonly replays: Replays,
    private readonly heads: GroupHeads,
  ) {}

  /**
   * Sends what changed after `cursor`, the last revision that the client had, and lets it in. `head` is where the group
   * stood when its user was a member. Returns as `enter`.
   */
  async resume(socket: ChatSocket, groupId: string, cursor: number, head: number): Promise<boolean> {
    const revision = await this.catchUp(socket, groupId, cursor, head);
    return revision !== null && this.enter(socket, groupId, revision);
  }

  /**
   * Lets in a socket that needs nothing up to `head`, where its user was a member. Returns whether the group's feed began
   * with it, and so has to be verified.
   */
  async enter(socket: ChatSocket, groupId: string, head: number): Promise<boolean> {
    let revision: number | null = head;
    let began = false;
    while (revision !== null && socket.connected && !socket.data.feeds.has(groupId)) {
      const { feed, isNew } = this.feeds.open(groupId, revision);
      began ||= isNew;
      const admission = await feed.admit(socket, revision);
      if (admission === 'admitted') break;
      feed.closeIfEmpty();
      revision =
        admission === 'behind' ? await this.replay(socket, groupId, revision) : await this.refuse(socket, groupId);
    }
    return began;
  }

  /** Sends what was missed, and returns the revision up to which the socket has everything; null for no member. */
  private async catchUp(socket: ChatSocket, groupId: string, cursor: number, head: number): Promise<number | null> {
    if (cursor === head) return this.complete(socket, groupId, cursor);
    const isFar = cursor > head || head - cursor > MAX_REPLAY;
    return isFar
      ? this.send(socket, groupId, () => this.replays.newest(groupId, head))
      : this.replay(socket, groupId, cursor);
  }

  private async replay(socket: ChatSocket, groupId: string, after: number): Promise<number | null> {
    return this.send(socket, groupId, () => this.replays.since(groupId, after));
  }

  private async send(socket: ChatSocket, groupId: string, read: () => Promise<Replay | null>): Promise<number | null> {
    // Before it is read: what is read is sent at once, since its user may be removed from the group meanwhile.
    await whenRead(socket);
    const replay = await read();
    if (replay === null || replay.departed.has(socket.data.user.id)) return this.refuse(socket, groupId);
    emitAll(socket, replay.sent);
    return this.complete(socket, groupId, replay.revision);
  }

  /** Says that the socket has everything up to `revision`, and returns it. */
  private complete(socket: ChatSocket, groupId: string, revision: number): number {
    socket.emit('group:synced', { groupId, revision });
    return revision;
  }

  private async refuse(socket: ChatSocket, groupId: string): Promise<null> {
    for (const [id, reason] of await this.heads.farewells(socket.data.user.id, [groupId])) {
      socket.emit('group:removed', { groupId: id, reason });
    }
    return null;
  }
}
