import type { Group, OwnUser } from '../../../src/changes/contract';
import { api, type ProfileForm } from '../api';
import { Realtime } from '../realtime';
import { session } from '../session';
import { inGroup, isOwn, parked, withGroup, withoutGroup } from '../state/groups';
import { type ChatState, type Composing, initialState } from '../state/model';
import { Store } from '../state/store';
import { toast } from '../toasts';
import { freshToken, SESSION_OVER } from '../tokens';
import { forgetDraft } from './drafts';
import { History } from './history';
import { Marks } from './marks';
import { Outbox, storedOutbox } from './outbox';
import { People } from './people';
import { PresenceBoard } from './presence';
import { Reading } from './reading';
import { bindStream } from './stream';
import { Typing } from './typing';

const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 15_000;

/** The chat of whoever is logged in: what is known, and the parts that keep it up to date and act for the user. */
export class Chat {
  readonly store: Store<ChatState>;
  readonly realtime: Realtime;
  readonly history: History;
  readonly marks: Marks;
  readonly reading: Reading;
  readonly outbox: Outbox;
  readonly typing: Typing;
  readonly people: People;
  readonly presence: PresenceBoard;
  private isStopped = false;
  /** The token with which the connection was opened. */
  private token = '';

  constructor(me: OwnUser) {
    this.store = new Store(initialState(me, storedOutbox(me.id)));
    this.realtime = new Realtime({
      prepare: freshToken,
      handshake: () => ({ token: this.takeToken(), cursors: this.cursors() }),
      onStatus: (connection) => this.store.set((state) => ({ ...state, connection })),
      onRefused: ({ code }) => this.refused(code),
    });
    this.history = new History(this.store);
    this.reading = new Reading(this.store, this.realtime);
    this.outbox = new Outbox(this.store, this.realtime);
    this.marks = new Marks(this.store, this.realtime, (message) => this.outbox.acknowledge(message));
    this.typing = new Typing(this.store, this.realtime);
    this.presence = new PresenceBoard(this.store);
    this.people = new People(this.store, this.presence);
    bindStream(this);
  }

  /**
   * Reads the list of groups, then connects: what changes in between is behind the cursors that the list gave, and is
   * replayed.
   */
  async start(): Promise<void> {
    this.outbox.start();
    this.reading.start();
    for (let delay = FIRST_RETRY; !(await this.loadGroups()); delay = Math.min(delay * 2, LONGEST_RETRY)) {
      this.store.set((state) => ({ ...state, connection: navigator.onLine ? 'reconnecting' : 'offline' }));
      await new Promise((wake) => setTimeout(wake, delay));
    }
    if (!this.isStopped) this.realtime.open();
  }

  /** Hangs up; nothing happens after it. */
  stop(): void {
    this.isStopped = true;
    this.realtime.close();
    this.reading.stop();
    this.outbox.stop();
  }

  /** Shows a conversation: from the line of new messages, or at its end. */
  open(groupId: string): void {
    if (!this.store.get().groups[groupId]) return;
    this.store.set((state) => ({ ...state, openId: groupId }));
    this.history.open(groupId);
    void this.marks.load(groupId);
    void this.refresh(groupId).catch(() => undefined);
  }

  /** The conversation is no longer on the screen. */
  close(groupId: string): void {
    this.history.forget(groupId);
    this.store.set((state) => ({
      ...inGroup(state, groupId, parked),
      openId: state.openId === groupId ? null : state.openId,
    }));
  }

  /** A group that became mine: just created, joined, or told of. */
  add(group: Group): void {
    if (!isOwn(group)) return;
    this.store.set((state) => withGroup(state, group));
    if (group.peer) this.presence.meet(group.peer);
  }

  /** A group that is not mine any more. */
  drop(groupId: string): void {
    forgetDraft(this.store.get().me.id, groupId);
    this.outbox.forget(groupId);
    this.store.set((state) => withoutGroup(state, groupId));
  }

  /** Reads a group again, for what no change of it tells: how many members it has. */
  async refresh(groupId: string): Promise<void> {
    this.add(await api.group(groupId));
  }

  /** What the composer of a group is about: a reply, an edit, or (null) a new message. */
  compose(groupId: string, composing: Composing | null): void {
    this.store.set((state) => inGroup(state, groupId, (entry) => ({ ...entry, composing })));
  }

  /** Changes a message of mine. */
  async edit(id: string, text: string): Promise<void> {
    this.outbox.acknowledge(await this.realtime.send('message:edit', { id, text }));
  }

  /** Deletes a message of mine. */
  async remove(id: string): Promise<void> {
    this.outbox.acknowledge(await this.realtime.send('message:delete', { id }));
  }

  /** Changes what others see of me. */
  async updateMe(form: ProfileForm): Promise<void> {
    session.update(await api.updateMe(form));
  }

  /** What the session knows of me by now: I changed it here or in another tab, or a refresh brought it. */
  take(me: OwnUser): void {
    this.store.set((state) => ({ ...state, me, people: { ...state.people, [me.id]: me } }));
  }

  private takeToken(): string {
    this.token = session.get()?.token ?? '';
    return this.token;
  }

  private refused(code: string): void {
    if (code === 'token_expired') session.expire(this.token);
    else if (session.get()?.token === this.token) session.end(SESSION_OVER);
  }

  private cursors(): Record<string, number> {
    const entries = Object.values(this.store.get().groups);
    return Object.fromEntries(entries.map(({ group, cursor }) => [group.id, cursor]));
  }

  /** Reads all pages of my groups; false when the server could not be reached. */
  private async loadGroups(): Promise<boolean> {
    try {
      for (let cursor: string | null | undefined; cursor !== null && !this.isStopped;) {
        const page: { items: Group[]; nextCursor: string | null } = await api.myGroups(cursor);
        page.items.forEach((group) => this.add(group));
        cursor = page.nextCursor;
      }
      this.store.set((state) => ({ ...state, loaded: true }));
      return true;
    } catch (error) {
      if (this.isStopped) return true;
      if (this.store.get().connection === 'connecting') toast.error(error);
      return false;
    }
  }
}
