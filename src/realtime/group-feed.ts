import { Logger } from '@nestjs/common';
import type { GroupNews } from '../changes/change-bus.js';
import type { Change, RemovalReason } from '../changes/contract.js';
import type { ChangeLog } from './change-log.js';
import { type ChatSocket, emitChange } from './chat-socket.js';
import { closeTooSlow } from './close.js';
import { backlogOf, emit, encode, isTooSlow } from './outlet.js';
import { TypingWindow } from './typing-window.js';

/** Changes that are kept to catch up a socket that is only just behind. */
const RECENT = 64;
/** Changes that came too early, kept until what is missing comes; more than these are read from the database again. */
const MAX_AHEAD = 256;
/** How long what is missing may take before it is read from the database, in milliseconds. */
const GRACE = 25;
/** How long to wait when the database could not be read, in milliseconds. */
const PAUSE = 1_000;

/** What became of a socket that wanted to be let in. */
export type Admission = 'admitted' | 'behind' | 'removed';

interface Arrival {
  socket: ChatSocket;
  /** The revision that the socket has. */
  at: number;
  decide(admission: Admission): void;
}

/**
 * Delivers one group's changes to the sockets on this node: each change once, in revision order, without a hole. The
 * next revision is emitted, an old one dropped, and what does not come in time is read from the database.
 */
export class GroupFeed {
  readonly typing = new TypingWindow();
  private readonly logger = new Logger('GroupFeed');
  private readonly members = new Set<ChatSocket>();
  private arrivals: Arrival[] = [];
  private readonly ahead = new Map<number, Change>();
  /** The last changes delivered as they happened: all that changed after `recentFrom`. */
  private readonly recent: Change[] = [];
  private recentFrom: number;
  private grace: NodeJS.Timeout | undefined;
  private repairing: Promise<void> | undefined;

  constructor(
    readonly groupId: string,
    /** The revision up to which everything was delivered. */
    private delivered: number,
    private readonly log: ChangeLog,
    private readonly onEmpty: () => void,
  ) {
    this.recentFrom = delivered;
  }

  /** The sockets that get the group's live changes. */
  get sockets(): ReadonlySet<ChatSocket> {
    return this.members;
  }

  /** Takes what the bus brought. */
  take(news: GroupNews): void {
    switch (news.kind) {
      case 'change':
        return this.offer(news.change);
      case 'read':
        this.tellAll('group:read', { groupId: this.groupId, userId: news.userId, readSeq: news.readSeq });
        return;
      case 'typing':
        if (this.typing.enter(news.userId)) this.tellOthers(news.userId);
        return;
      case 'deleted':
        return this.end();
    }
  }

  /**
   * Lets a socket in that has everything up to revision `at`, exactly there: it gets every later change and none twice.
   * `behind`: it must first read on; `removed`: its user is not a member any more.
   */
  admit(socket: ChatSocket, at: number): Promise<Admission> {
    return new Promise((decide) => {
      this.arrivals.push({ socket, at, decide });
      this.letIn();
      if (this.arrivals.length > 0) void this.repair();
    });
  }

  /** A socket that goes away, or whose user does. */
  leave(socket: ChatSocket): void {
    this.arrivals = this.arrivals.filter((arrival) => {
      if (arrival.socket !== socket) return true;
      arrival.decide('removed');
      return false;
    });
    this.members.delete(socket);
    socket.data.feeds.delete(this.groupId);
    this.closeIfEmpty();
  }

  closeIfEmpty(): void {
    if (this.members.size > 0 || this.arrivals.length > 0) return;
    clearTimeout(this.grace);
    this.onEmpty();
  }

  /** Tells the feed where the group stands in the database; null when it is gone. */
  async compare(revision: number | null): Promise<void> {
    if (revision === null) this.end();
    else if (revision > this.delivered) await this.repair();
  }

  private tellAll(...event: Parameters<typeof encode>): void {
    if (this.members.size === 0) return;
    const emission = encode(...event);
    for (const socket of this.members) {
      if (isTooSlow(socket)) closeTooSlow(socket);
      else emit(socket, emission);
    }
  }

  /** Tells the other members' sockets that someone is typing; of no use to a socket that is behind. */
  private tellOthers(userId: string): void {
    const emission = encode('typing', { groupId: this.groupId, userId });
    for (const socket of this.members) {
      if (socket.data.user.id !== userId && backlogOf(socket) === 0) emit(socket, emission);
    }
  }

  private offer(change: Change): void {
    const { revision } = change.payload;
    if (revision <= this.delivered) return;
    if (revision === this.delivered + 1 && !this.repairing) {
      this.deliverNext(change);
      this.deliverAhead();
      return;
    }
    if (this.ahead.size < MAX_AHEAD) this.ahead.set(revision, change);
    this.repairSoon(GRACE);
  }

  /** Delivers what happened after what was delivered last. */
  private deliverNext(change: Change): void {
    this.deliver(change);
    this.recent.push(change);
    if (this.recent.length > RECENT) this.recentFrom = this.recent.shift()!.payload.revision;
    this.letIn();
  }

  private deliver(change: Change): void {
    const gone = leaver(change);
    if (gone !== undefined && change.event === 'member:left') {
      this.eject(gone, change.payload.member.removedBy === null ? 'left' : 'removed');
    }
    if (change.event === 'message:created') this.typing.clear(change.payload.message.sender.id);
    this.tellAll(change.event, change.payload);
    this.delivered = change.payload.revision;
  }

  private deliverAhead(): void {
    for (;;) {
      const next = this.ahead.get(this.delivered + 1);
      if (!next) break;
      this.deliverNext(next);
    }
    for (const revision of this.ahead.keys()) if (revision <= this.delivered) this.ahead.delete(revision);
    if (this.ahead.size > 0) return;
    clearTimeout(this.grace);
    this.grace = undefined;
  }

  /** Reads on from the database, and takes up what the bus brought meanwhile. */
  private repair(): Promise<void> {
    clearTimeout(this.grace);
    this.grace = undefined;
    this.repairing ??= this.readOn()
      // The database is away: the sweep comes again.
      .then(
        () => GRACE,
        (error: unknown) => {
          this.logger.warn(`Group ${this.groupId} cannot be read: ${String(error)}`);
          return PAUSE;
        },
      )
      .then((pause) => {
        this.repairing = undefined;
        this.letIn();
        this.deliverAhead();
        if (this.ahead.size > 0 || this.arrivals.length > 0) this.repairSoon(pause);
      });
    return this.repairing;
  }

  private repairSoon(pause: number): void {
    this.grace ??= setTimeout(() => void this.repair(), pause).unref();
  }

  private async readOn(): Promise<void> {
    const from = this.delivered;
    const revision = await this.log.replay(this.groupId, from, (changes) => {
      for (const change of changes) this.deliver(change);
      if (changes.length > 0) this.forget();
      return true;
    });
    if (revision === null) return this.end();
    const emitted = this.delivered > from;
    this.delivered = Math.max(this.delivered, revision);
    // Rows that changed more than once left holes in the numbers: nothing is missing up to here.
    if (emitted) this.tellAll('group:synced', { groupId: this.groupId, revision: this.delivered });
  }

  /**
   * What was read from the database came as new or as changed for who stood where the reading began. To a socket that
   * stands in between it may be neither.
   */
  private forget(): void {
    this.recent.length = 0;
    this.recentFrom = this.delivered;
  }

  /** Decides on the arrivals that are not ahead of the feed; for what `forget` says, on nobody while it reads. */
  private letIn(): void {
    if (this.arrivals.length === 0 || this.repairing) return;
    const due = this.arrivals.filter(({ at }) => at <= this.delivered);
    this.arrivals = this.arrivals.filter(({ at }) => at > this.delivered);
    for (const { socket, at, decide } of due) decide(this.letInAt(socket, at));
  }

  private letInAt(socket: ChatSocket, at: number): Admission {
    if (at < this.recentFrom) return 'behind';
    const missed = this.recent.filter(({ payload }) => payload.revision > at);
    const isRemoved = missed.some((change) => leaver(change) === socket.data.user.id);
    if (isRemoved || !socket.connected) return 'removed';
    for (const change of missed) emitChange(socket, change);
    this.join(socket);
    return 'admitted';
  }

  private join(socket: ChatSocket): void {
    this.members.add(socket);
    socket.data.feeds.set(this.groupId, this);
  }

  private eject(userId: string, reason: RemovalReason): void {
    for (const socket of [...this.members].filter(({ data }) => data.user.id === userId)) {
      this.leave(socket);
      socket.emit('group:removed', { groupId: this.groupId, reason });
    }
  }

  /** The group is erased. */
  private end(): void {
    for (const { data } of [...this.members]) this.eject(data.user.id, 'deleted');
    for (const { socket } of [...this.arrivals]) this.leave(socket);
    this.closeIfEmpty();
  }
}

/** Whose membership the change ended. */
function leaver(change: Change): string | undefined {
  return change.event === 'member:left' ? change.payload.member.user.id : undefined;
}
