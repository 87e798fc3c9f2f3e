import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ChangeBus } from '../changes/change-bus.js';
import type { Message } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import { isTransient, violatedUnique } from '../common/to-problem.js';
import { GroupAccess } from '../groups/group-access.js';
import { type Draft, MessageStore, type Outcome } from './message-store.js';

/** Sends that go in one statement. */
const MAX_BATCH = 200;
/** After a batch of this many the next one waits for those who were just answered: with them it costs little more. */
const BUSY = 5;
/** Turns of the event loop for that: in them the answers are written, and what comes upon them is read. */
const GATHERING = 5;
/** Sends that may wait on one node; more are refused at once. */
const MAX_WAITING = 10_000;
/** How long a send is tried again while the database is away, in milliseconds. */
const PATIENCE = 10_000;
const PAUSE = 100;

interface Send {
  draft: Draft;
  deadline: number;
  resolve(message: Message): void;
  reject(reason: unknown): void;
}

/**
 * The one way in which messages are stored.
 *
 * It batches by itself: a send that finds no write in flight goes at once, those that arrive meanwhile go together in
 * the next statement. One statement at a time, first come first served, so sends keep the order in which they arrived.
 *
 * A send resolves after its commit, once its change was published. Tried again after a lost connection it may find
 * itself already stored, and since its id tells, that is a success: stored once, never twice.
 */
@Injectable()
export class MessageWriter {
  private waiting: Send[] = [];
  private writing = false;
  /** The sends that are under way, by id: a repeat that comes meanwhile gets the same answer. */
  private readonly pending = new Map<string, { draft: Draft; result: Promise<Message> }>();

  constructor(
    private readonly store: MessageStore,
    private readonly access: GroupAccess,
    private readonly bus: ChangeBus,
  ) {}

  /**
   * Stores a message once, however often it is sent. Throws `message_id_conflict` when the id was used for anything
   * else, `group_not_found` or `not_a_member` for who may not send there, and `unavailable` when it may be stored or not.
   */
  send(draft: Draft): Promise<Message> {
    if (this.waiting.length >= MAX_WAITING) {
      return Promise.reject(new Problem('unavailable', 'Too many messages wait to be stored.', { retryAfter: 1 }));
    }
    const same = this.pending.get(draft.id);
    if (same && isDeepStrictEqual(same.draft, draft)) return same.result;
    const result = new Promise<Message>((resolve, reject) => {
      this.waiting.push({ draft, deadline: Date.now() + PATIENCE, resolve, reject });
    });
    if (!same) this.remember(draft, result);
    if (!this.writing) void this.drain();
    return result;
  }

  private remember(draft: Draft, result: Promise<Message>): void {
    this.pending.set(draft.id, { draft, result });
    const forget = () => void this.pending.delete(draft.id);
    result.then(forget, forget);
  }

  private async drain(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.takeBatch();
      await this.write(batch).catch((error: unknown) => batch.forEach((send) => send.reject(error)));
      if (batch.length < BUSY) continue;
      for (let passed = 0; passed < GATHERING; passed += 1) await turn();
    }
    this.writing = false;
  }

  /** The next sends with distinct ids: a repeat of one that is in the batch waits, and then finds it stored. */
  private takeBatch(): Send[] {
    const ids = new Set<string>();
    let size = 0;
    for (const { draft } of this.waiting) {
      if (size === MAX_BATCH || ids.has(draft.id)) break;
      ids.add(draft.id);
      size += 1;
    }
    return this.waiting.splice(0, size);
  }

  /** Settles every send of the batch, or throws what stopped the rest. */
  private async write(batch: Send[]): Promise<void> {
    let open = batch;
    while (open.length > 0) {
      try {
        const outcomes = await this.store.write(open.map(({ draft }) => draft));
        open = await this.settle(open, outcomes);
      } catch (error) {
        open = await this.recover(open, error).catch((again: unknown) => {
          if (isTransient(again)) return this.waitForDatabase(open, again);
          throw again;
        });
      }
    }
  }

  /** Answers what was decided and returns what is to be written again. */
  private async settle(sends: Send[], outcomes: Outcome[]): Promise<Send[]> {
    const refused: Send[] = [];
    const stale: Send[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const send = sends[index]!;
      if (outcome.kind === 'stored') this.publish(send, outcome.message);
      else (outcome.kind === 'stale' ? stale : refused).push(send);
    }
    if (refused.length > 0) await this.refuse(refused);
    return stale;
  }

  private publish(send: Send, message: Message): void {
    const { groupId, revision } = message;
    const change = { event: 'message:created', payload: { groupId, revision, message } } as const;
    this.bus.publishToGroup(groupId, { kind: 'change', change });
    send.resolve(message);
  }

  /** Says why, unless the message is one that was stored before: then that is the answer, for ever. */
  private async refuse(sends: Send[]): Promise<void> {
    const unknown = await this.answerRepeats(sends);
    await Promise.all(
      unknown.map(async ({ draft, reject }) => {
        const reason = await this.access.read(draft.senderId, draft.groupId).then(
          () => Problem.field('replyTo', 'is not a message of this group'),
          (error: unknown) => error,
        );
        reject(reason);
      }),
    );
  }

  /** Nothing of the statement was stored: finds out whose fault it was and returns the sends to try again. */
  private async recover(sends: Send[], error: unknown): Promise<Send[]> {
    if (violatedUnique(error) === 'messages_pkey') return this.answerRepeats(sends);
    if (isTransient(error)) return this.waitForDatabase(sends, error);
    if (sends.length === 1) {
      sends[0]!.reject(error);
      return [];
    }
    // One of them is at fault; alone, each gets its own answer.
    for (const send of sends) await this.write([send]);
    return [];
  }

  /** Answers the sends whose id is taken, and returns the others. */
  private async answerRepeats(sends: Send[]): Promise<Send[]> {
    const sent = await this.store.findSent(sends.map(({ draft }) => draft));
    return sends.filter(({ draft, resolve, reject }) => {
      const found = sent.get(draft.id);
      if (found === undefined) return true;
      if (found) resolve(found);
      else reject(new Problem('message_id_conflict'));
      return false;
    });
  }

  private async waitForDatabase(sends: Send[], error: unknown): Promise<Send[]> {
    await delay(PAUSE);
    const now = Date.now();
    for (const send of sends) if (send.deadline <= now) send.reject(error);
    return sends.filter(({ deadline }) => deadline > now);
  }
}
