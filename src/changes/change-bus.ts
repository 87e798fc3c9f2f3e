import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { Change } from './contract.js';

/** What the nodes that serve a group's members are told about it. */
export type GroupNews =
  | { kind: 'change'; change: Change }
  | { kind: 'read'; userId: string; readSeq: number }
  | { kind: 'typing'; userId: string }
  | { kind: 'deleted' };

/** What the nodes to which a user is connected are told. */
export type UserNews = { kind: 'added'; groupId: string; revision: number };

/**
 * Carries what happened to whoever delivers it. A hint: news may be lost, and comes in any order. Whoever listens
 * repairs that from the database, which is the truth. News is published after the commit, never before.
 */
@Injectable()
export class ChangeBus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publishToGroup(groupId: string, news: GroupNews): void {
    this.emitter.emit(`group:${groupId}`, news);
  }

  publishToUser(userId: string, news: UserNews): void {
    this.emitter.emit(`user:${userId}`, news);
  }

  /** Listens to a group until the returned function is called. */
  onGroup(groupId: string, listener: (news: GroupNews) => void): () => void {
    return this.listen(`group:${groupId}`, listener);
  }

  /** Listens to what concerns a user until the returned function is called. */
  onUser(userId: string, listener: (news: UserNews) => void): () => void {
    return this.listen(`user:${userId}`, listener);
  }

  private listen(channel: string, listener: Parameters<EventEmitter['on']>[1]): () => void {
    this.emitter.on(channel, listener);
    return () => void this.emitter.off(channel, listener);
  }
}
