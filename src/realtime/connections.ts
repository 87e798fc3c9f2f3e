import { Injectable, Logger } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import { Problem } from '../common/problem.js';
import { Config } from '../config/config.js';
import { GroupsService } from '../groups/groups.service.js';
import { toOwnUserResponse } from '../users/user.responses.js';
import type { ChatSocket } from './chat-socket.js';
import { close } from './close.js';
import { Entrance } from './entrance.js';
import { GroupFeeds } from './group-feeds.js';
import { GroupHeads } from './group-heads.js';
import { MembershipSweep } from './membership-sweep.js';

/** The life of a connection: greeted, let into its groups, told when it gets into another. */
@Injectable()
export class Connections {
  private readonly logger = new Logger('Connections');
  private readonly reading: LimitFunction;

  constructor(
    private readonly heads: GroupHeads,
    private readonly entrance: Entrance,
    private readonly feeds: GroupFeeds,
    private readonly groups: GroupsService,
    private readonly memberships: MembershipSweep,
    { databasePoolSize }: Config,
  ) {
    // When everyone comes back at once they wait here, and leave database connections to those who send.
    this.reading = pLimit(Math.ceil(databasePoolSize / 4));
  }

  /** Takes over a connection whose handshake was accepted. */
  open(socket: ChatSocket): void {
    const { user } = socket.data;
    // One after the other: what is told while the greeting is under way comes after it.
    let work = this.inOrder(socket, Promise.resolve(), () => this.greet(socket));
    const stop = this.memberships.watch(user.id, (groupId) => {
      if (!socket.data.feeds.has(groupId)) work = this.inOrder(socket, work, () => this.welcome(socket, groupId));
    });
    socket.on('disconnect', () => {
      stop();
      for (const feed of [...socket.data.feeds.values()]) feed.leave(socket);
    });
  }

  private async greet(socket: ChatSocket): Promise<void> {
    const { user, cursors } = socket.data;
    const heads = await this.reading(() => this.heads.of(user.id));
    socket.emit('ready', { user: toOwnUserResponse(user), groups: heads });
    const mine = new Set(heads.map(({ id }) => id));
    const gone = [...cursors.keys()].filter((id) => !mine.has(id));
    for (const [groupId, reason] of await this.heads.farewells(user.id, gone)) {
      socket.emit('group:removed', { groupId, reason });
    }
    const begun: string[] = [];
    for (const { id, revision } of heads) {
      const began = cursors.has(id)
        ? await this.entrance.resume(socket, id, cursors.get(id)!, revision)
        : await this.entrance.enter(socket, id, revision);
      if (began) begun.push(id);
    }
    await this.feeds.verify(begun);
  }

  private async welcome(socket: ChatSocket, groupId: string): Promise<void> {
    if (socket.data.feeds.has(groupId)) return;
    const group = await this.groups.get(socket.data.user.id, groupId);
    if (!group.membership) return;
    socket.emit('group:added', { group });
    if (await this.entrance.enter(socket, groupId, group.revision)) await this.feeds.verify([groupId]);
  }

  /** Runs `step` after what went before. When it fails the client is sent away, to come back and catch up. */
  private inOrder(socket: ChatSocket, before: Promise<void>, step: () => Promise<void>): Promise<void> {
    return before
      .then(() => (socket.connected ? step() : undefined))
      .catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'group_not_found') return;
        this.logger.warn(`A connection could not be served: ${String(error)}`);
        close(socket, 'unavailable');
      });
  }
}
