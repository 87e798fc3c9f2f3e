import type { Entry, Invoked, SeenMessage, Untimed } from '../history/entries.js';
import { Random } from '../driver/random.js';
import type { MessageRow, Rows } from './rows.js';

export const GROUP = 'group';

/** A message as it is when it was just sent. */
export const PLAIN = { deleted: false, reactions: '', reacted: [], pinned: false };

/** A history and what the database holds after it. */
export interface Story {
  history: Entry[];
  rows: Rows;
}

/**
 * A history in which everything is as promised, from a seed: three members send, edit, delete, react and pin, each with a connection
 * that breaks and comes back with its cursor; one of them is removed and taken in again; some acknowledgements are lost,
 * some sends refused. Tests break it in one place.
 */
export function tellStory(seed: number, changes = 60): Story {
  const random = new Random(seed);
  const teller = new Teller(random);
  for (const user of ['ann', 'bob', 'cid']) teller.join(user);
  for (const user of ['ann', 'bob', 'cid']) teller.connect(user);
  const chapters = { remove: Math.floor(changes / 3), back: Math.floor((2 * changes) / 3) };
  for (let count = 0; count < changes; count += 1) {
    if (count === chapters.remove) teller.remove('cid');
    if (count === chapters.back) teller.join('cid');
    teller.something();
    if (random.next() < 0.1) teller.reconnect(random.pick(['ann', 'bob']));
  }
  teller.reconnect('bob', 3);
  teller.refuse();
  teller.settle();
  return { history: teller.history, rows: teller.rows };
}

class Teller {
  readonly history: Entry[] = [];
  readonly rows: Rows = {
    groups: [{ id: GROUP, revision: 0, lastSeq: 0, profileRevision: 0 }],
    messages: [],
    memberships: [],
  };
  private readonly online = new Map<string, { connection: string; cursor: number }>();
  private readonly members = new Set<string>();
  private clock = 1_000;
  private attempts = 0;
  private connections = 0;

  constructor(private readonly random: Random) {}

  private get group() {
    return this.rows.groups[0]!;
  }

  join(user: string): void {
    const revision = this.membership(user, false);
    this.members.add(user);
    this.give(revision, 'member:joined', { member: { user, left: false } }, user);
    const line = this.online.get(user);
    if (!line) return;
    line.cursor = revision;
    this.write({ type: 'event', connection: line.connection, event: 'group:added', groupId: GROUP, revision });
  }

  remove(user: string): void {
    const revision = this.membership(user, true);
    this.members.delete(user);
    const { connection } = this.online.get(user)!;
    this.write({ type: 'event', connection, event: 'group:removed', groupId: GROUP });
    this.give(revision, 'member:left', { member: { user, left: true } });
  }

  connect(user: string, cursor?: number): void {
    const connection = `${user}#${(this.connections += 1)}`;
    const cursors: Record<string, number> = cursor === undefined ? {} : { [GROUP]: cursor };
    this.write({ type: 'connected', connection, user, cursors });
    this.write({ type: 'event', connection, event: 'ready', heads: { [GROUP]: this.group.revision } });
    this.online.set(user, { connection, cursor: this.group.revision });
  }

  /** Goes away, misses something, and gets what changed, as it is now. */
  reconnect(user: string, least = 0): void {
    const line = this.online.get(user)!;
    this.write({ type: 'disconnected', connection: line.connection, reason: 'cut' });
    this.online.delete(user);
    const { cursor } = line;
    for (let missed = this.random.whole(least, 5); missed > 0; missed -= 1) this.something();
    this.connect(user, cursor);
    const { connection } = this.online.get(user)!;
    const members = this.rows.memberships.filter((row) => this.isCurrent(row));
    const replay = [
      ...this.rows.messages.map((row) => ({ revision: row.revision, row })),
      ...members.map((member) => ({ revision: member.revision, member })),
    ].filter(({ revision }) => revision > cursor);
    for (const change of replay.sort((a, b) => a.revision - b.revision)) {
      if ('row' in change) {
        const event = change.row.createdRevision > cursor ? 'message:created' : 'message:updated';
        this.event(connection, event, change.revision, { message: seen(change.row) });
      } else {
        const { user: who, left } = change.member;
        this.event(connection, left ? 'member:left' : 'member:joined', change.revision, {
          member: { user: who, left },
        });
      }
    }
    this.event(connection, 'group:synced', this.group.revision, {});
  }

  something(): void {
    const user = this.random.pick([...this.members]);
    const own = this.rows.messages.filter(({ sender, deleted }) => sender === user && !deleted);
    const action = own.length > 2 ? this.random.weighted({ send: 6, edit: 2, delete: 1, react: 2, pin: 1 }) : 'send';
    if (action === 'send') this.send(user);
    else if (action === 'react' || action === 'pin') this.mark(action, this.random.pick(own), user);
    else this.change(action, this.random.pick(own));
  }

  /** Refused for good, and not stored. */
  refuse(): void {
    const intent = { verb: 'send', user: 'eve', groupId: GROUP, messageId: 'refused', text: 'mX said' } as const;
    const attempt = this.invoke(intent);
    this.write({ type: 'failed', attempt, code: 'not_a_member' });
  }

  settle(): void {
    this.write({ type: 'settled' });
    for (const { connection } of this.online.values()) this.write({ type: 'disconnected', connection, reason: 'end' });
  }

  private send(user: string): void {
    const id = `message-${this.rows.messages.length + 1}`;
    const text = `m${this.rows.messages.length + 1} said`;
    const intent = { verb: 'send', user, groupId: GROUP, messageId: id, text } as const;
    const attempt = this.invoke(intent);
    const revision = (this.group.revision += 1);
    const seq = (this.group.lastSeq += 1);
    const row = { id, groupId: GROUP, seq, revision, createdRevision: revision, sender: user };
    const stored: MessageRow = { ...row, ...PLAIN, text: intent.text };
    this.rows.messages.push(stored);
    if (this.random.next() < 0.1) {
      this.write({ type: 'unknown', attempt, why: 'cut' });
      if (this.random.next() < 0.5) this.acknowledge(this.invoke(intent), stored);
    } else this.acknowledge(attempt, stored);
    this.give(revision, 'message:created', { message: seen(stored) });
  }

  private change(verb: 'edit' | 'delete', row: MessageRow): void {
    const text = verb === 'edit' ? `${row.text.split(' ', 1)[0]!} edit ${this.attempts}` : '';
    const { id: messageId, sender: user } = row;
    const attempt = this.invoke({ verb, user, groupId: GROUP, messageId, ...(verb === 'edit' && { text }) });
    if (verb === 'delete') Object.assign(row, PLAIN);
    Object.assign(row, { text, deleted: verb === 'delete', revision: (this.group.revision += 1) });
    this.acknowledge(attempt, row);
    const event = verb === 'edit' ? 'message:updated' : 'message:deleted';
    this.give(row.revision, event, { message: seen(row) });
  }

  private mark(verb: 'react' | 'pin', row: MessageRow, user: string): void {
    if (verb === 'react' ? row.reacted.length > 0 : row.pinned) return;
    const emoji = verb === 'react' ? { emoji: '👍' } : {};
    const attempt = this.invoke({ verb, user, groupId: GROUP, messageId: row.id, ...emoji });
    const marks = verb === 'react' ? { reactions: `👍1:${user}`, reacted: [`👍 ${user}`] } : { pinned: true };
    Object.assign(row, marks, { revision: (this.group.revision += 1) });
    this.acknowledge(attempt, row);
    this.give(row.revision, 'message:updated', { message: seen(row) });
  }

  private acknowledge(attempt: number, row: MessageRow): void {
    this.write({ type: 'ok', attempt, message: seen(row) });
  }

  private membership(user: string, left: boolean): number {
    const revision = (this.group.revision += 1);
    this.rows.memberships.push({ groupId: GROUP, user, revision, left, at: this.clock });
    return revision;
  }

  private isCurrent({ user, revision }: { user: string; revision: number }): boolean {
    return !this.rows.memberships.some((row) => row.user === user && row.revision > revision);
  }

  /** To every member who is connected, but the one whom it lets in. */
  private give(revision: number, event: string, what: object, except?: string): void {
    for (const [user, line] of this.online) {
      if (!this.members.has(user) || user === except) continue;
      this.event(line.connection, event, revision, what);
      line.cursor = revision;
    }
  }

  private event(connection: string, event: string, revision: number, what: object): void {
    this.write({ type: 'event', connection, event, groupId: GROUP, revision, ...what });
  }

  private invoke(intent: Omit<Invoked, 'type' | 'attempt' | 'at'>): number {
    this.write({ type: 'invoked', attempt: (this.attempts += 1), ...intent });
    return this.attempts;
  }

  private write(entry: Untimed): void {
    this.history.push({ ...entry, at: (this.clock += 1) });
  }
}

function seen({ id, groupId, seq, revision, sender, text, deleted, reactions, pinned }: MessageRow): SeenMessage {
  return { id, groupId, seq, revision, sender, text, deleted, reactions, pinned };
}
