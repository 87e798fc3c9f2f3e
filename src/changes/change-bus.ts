import { EventEmitter } from 'node:events';
import type { Change } from './contract.js';

/** What the nodes that serve a group's members are told about it. */
export type GroupNews =
  | { kind: 'change'; change: Change }
  | { kind: 'read'; userId: string; readSeq: number }
  | { kind: 'typing'; userId: string }
  | { kind: 'deleted' };

/** What the nodes to which a user is connected are told. */
export type UserNews =
  | { kind: 'added'; groupId: string; revision: number }
  /** The session is over: its sockets are to be closed. */
  | { kind: 'session-ended'; sessionId: string }
  /** The account is erased or deactivated: what has no session is to be closed too. */
  | { kind: 'account-ended' };

/** Anything that is told. */
export type News = GroupNews | UserNews;

/**
 * Carries what happened to whoever delivers it. A hint: news may be lost, and comes in any order. Whoever listens
 * repairs that from the database, which is the truth. News is published after the commit, never before, and publishing
 * neither waits nor fails. This one carries it within the process; see `RedisChangeBus`.
 */
export class ChangeBus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publishToGroup(groupId: string, news: GroupNews): void {
    this.publish(`group:${groupId}`, news);
  }

  publishToUser(userId: string, news: UserNews): void {
    this.publish(`user:${userId}`, news);
  }

  /** Listens to a group until the returned function is called. */
  onGroup(groupId: string, listener: (news: GroupNews) => void): () => void {
    return this.listen(`group:${groupId}`, listener as (news: News) => void);
  }

  /** Listens to what concerns a user until the returned function is called. */
  onUser(userId: string, listener: (news: UserNews) => void): () => void {
    return this.listen(`user:${userId}`, listener as (news: News) => void);
  }

  /** Resolves when what is published reaches the other nodes, or when that takes too long. */
  connected(): Promise<void> {
    return Promise.resolve();
  }

  /** Resolves when what was published has gone out, or when that takes too long. */
  flushed(): Promise<void> {
    return Promise.resolve();
  }

  protected publish(channel: string, news: News): void {
    this.emitter.emit(channel, news);
  }

  protected listen(channel: string, listener: (news: News) => void): () => void {
    this.emitter.on(channel, listener);
    return () => void this.emitter.off(channel, listener);
  }

  protected isListenedTo(channel: string): boolean {
    return this.emitter.listenerCount(channel) > 0;
  }

  protected get channels(): string[] {
    return this.emitter.eventNames() as string[];
  }
}
