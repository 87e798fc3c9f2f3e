import { Injectable } from '@nestjs/common';
import { toPresence } from '../users/presence-reader.js';
import { Batch } from './batch.js';
import type { ChatSocket } from './chat-socket.js';
import { closeTooSlow } from './close.js';
import type { GroupFeed } from './group-feed.js';
import { GroupFeeds } from './group-feeds.js';
import { type Emission, emitAll, encode, isTooSlow } from './outlet.js';
import { PresenceStore, type Transition } from './presence-store.js';

/** Events that are told in one go, over all sockets; the rest waits. With 5,000 members: 100 who come or go a second. */
const MAX_EVENTS = 500_000;
/** Users whose groups are read at once. */
const PAGE = 500;

/** Tells the sockets on this node who came online or went offline, each of those whose user may see it. */
@Injectable()
export class PresenceTeller {
  /** By user, what is not told yet: the newest alone. */
  private readonly waiting = new Map<string, Transition>();

  constructor(
    private readonly store: PresenceStore,
    private readonly feeds: GroupFeeds,
  ) {}

  add(transition: Transition): void {
    this.waiting.set(transition.userId, transition);
  }

  /** Tells what waits, as far as it may now. A socket gets all of it in one write, and each event once. */
  async tell(): Promise<void> {
    for (let events = 0; this.waiting.size > 0 && events < MAX_EVENTS;) {
      const page = [...this.waiting.values()].slice(0, PAGE);
      const groups = await this.store.groupsOf(page.map(({ userId }) => userId));
      const told = new Map<GroupFeed, Set<Emission>>();
      for (const transition of page) {
        if (events >= MAX_EVENTS) break;
        this.waiting.delete(transition.userId);
        const feeds = (groups.get(transition.userId) ?? []).flatMap((id) => this.feeds.find(id) ?? []);
        if (feeds.length === 0) continue;
        const emission = toEmission(transition);
        for (const feed of feeds) {
          told.set(feed, (told.get(feed) ?? new Set()).add(emission));
          events += feed.sockets.size;
        }
      }
      emitToSockets(told);
    }
  }
}

function toEmission({ userId, online, seenAt }: Transition): Emission {
  return encode('presence', { userId, ...toPresence({ online, seen_at: seenAt }) });
}

function emitToSockets(told: Map<GroupFeed, Set<Emission>>): void {
  const batches = new Map<ChatSocket, Batch>();
  for (const [feed, emissions] of told) {
    const batch = new Batch(emissions);
    for (const socket of feed.sockets) batches.set(socket, batches.get(socket)?.with(batch) ?? batch);
  }
  for (const [socket, batch] of batches) {
    if (isTooSlow(socket)) closeTooSlow(socket);
    else emitAll(socket, batch);
  }
}
