import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ChangeBus } from '../changes/change-bus.js';
import type { Message } from '../changes/contract.js';
import { OUTCOME_UNKNOWN, Problem } from '../common/problem.js';
import { isLockNotAvailable, isTransient, mayHaveHappened, violatedUnique } from '../common/to-problem.js';
import { GroupAccess } from '../groups/group-access.js';
import { BUSY, GroupWriteQueue } from '../groups/group-write-queue.js';
import { type Draft, MessageStore, type Outcome } from './message-store.js';
import { type Lane, type Send, SendLanes } from './send-lanes.js';

/** Sends that may wait on one node; more are refused at once. */
const MAX_WAITING = 10_000;
/** Sends that may wait for one group whose lock something else holds. */
const MAX_WAITING_IN_GROUP = 1_000;
/** How long a send is tried again while the database is away or its group is locked, in milliseconds. */
const SEND_TIMEOUT_MS = 8_000;
const RETRY_DELAY_MS = 100;
/** How long groups that were just found busy are waited for together, in milliseconds: as long as a slow commit takes. */
const CONTENDED_LOCK_TIMEOUT_MS = 200;
/** How long a group is waited for alone, in milliseconds. */
const LOCK_TIMEOUT_MS = 4_000;

/**
 * The one way in which messages are stored.
 *
 * It batches by itself: a send that finds no write in flight goes at once, those that arrive meanwhile go together in
 * the next statement. One statement at a time, first come first served, so sends keep the order in which they arrived.
 *
 * That statement does not wait for groups that something else has locked. Another node's batch has a group for as long
 * as its commit takes, so what was found busy is tried again at once, in a second lane that waits a moment for all of
 * its groups together. A group that is still busy then gets a lane of its own; the others, which meet other nodes' batches
 * again and again, share a third one that waits in the same way, so that no newcomer which stays locked holds them up.
 * See `SendLanes`.
 *
 * A send resolves after its commit, once its change was published. Tried again after a lost connection it may find
 * itself already stored, and since its id tells, that is a success: stored once, never twice.
 */
@Injectable()
export class MessageWriter {
  private readonly lanes = new SendLanes((batch, lane) => this.write(batch, lane));
  /** The sends that are under way, by id: a repeat that comes meanwhile gets the same answer. */
  private readonly pending = new Map<string, { draft: Draft; result: Promise<Message> }>();

  constructor(
    private readonly store: MessageStore,
    private readonly access: GroupAccess,
    private readonly queue: GroupWriteQueue,
    private readonly bus: ChangeBus,
  ) {}

  /**
   * Stores a message once, however often it is sent. Throws `message_id_conflict` when the id was used for anything
   * else, `group_not_found` or `not_a_member` for who may not send there, and `unavailable` when it may be stored or not.
   */
  send(draft: Draft): Promise<Message> {
    const same = this.pending.get(draft.id);
    if (same && isDeepStrictEqual(same.draft, draft)) return same.result;
    if (this.isFull(draft.groupId)) {
      return Promise.reject(new Problem('unavailable', 'Too many messages wait to be stored.', { retryAfter: 1 }));
    }
    const send = openSend(draft);
    this.lanes.add(send);
    if (!same) this.remember(draft, send.result);
    return send.result;
  }

  private isFull(groupId: string): boolean {
    const { waiting, waitingAside } = this.lanes;
    return (
      waiting >= MAX_WAITING || waitingAside >= MAX_WAITING || this.lanes.waitingOf(groupId) >= MAX_WAITING_IN_GROUP
    );
  }

  private remember(draft: Draft, result: Promise<Message>): void {
    this.pending.set(draft.id, { draft, result });
    const forget = () => void this.pending.delete(draft.id);
    result.then(forget, forget);
  }

  /** Settles every send of the batch, or hands it on to the next lane. Never rejects. */
  private async write(batch: Send[], lane: Lane): Promise<void> {
    let open = this.lanes.keep(batch, lane);
    while (open.length > 0) {
      try {
        open = await this.settle(open, await this.storeIn(lane, open), lane);
      } catch (error) {
        open = await this.recover(open, error, lane).catch((again: unknown) => {
          if (isTransient(again)) return this.waitForDatabase(open, again);
          for (const send of open) send.reject(again);
          return [];
        });
      }
      open = this.lanes.keep(open, lane);
    }
  }

  private storeIn(lane: Lane, sends: Send[]): Promise<Outcome[]> {
    const drafts = sends.map(({ draft }) => draft);
    switch (lane) {
      case 'main':
        return this.store.write(drafts, 'skip');
      case 'busy':
      case 'contended':
        return this.storeContended(drafts);
      case 'locked':
        return this.storeLocked(drafts, Math.min(...sends.map(({ deadline }) => deadline)));
    }
  }

  /** When one of the groups stays locked, the others need not wait for it. */
  private storeContended(drafts: Draft[]): Promise<Outcome[]> {
    return this.store.write(drafts, { timeoutMs: CONTENDED_LOCK_TIMEOUT_MS }).catch((error: unknown) => {
      if (isLockNotAvailable(error)) return this.store.write(drafts, 'skip');
      throw error;
    });
  }

  private storeLocked(drafts: Draft[], deadline: number): Promise<Outcome[]> {
    const attempt = async (wait: boolean) => {
      const outcomes = await this.store.write(drafts, wait ? { timeoutMs: LOCK_TIMEOUT_MS } : 'skip');
      return outcomes.some(({ kind }) => kind === 'busy') ? BUSY : outcomes;
    };
    return this.queue.inTurn(drafts[0]!.groupId, attempt, deadline);
  }

  /** Answers what was decided and returns what is to be written again, here or in the next lane. */
  private async settle(sends: Send[], outcomes: Outcome[], lane: Lane): Promise<Send[]> {
    const refused: Send[] = [];
    const again: Send[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const send = sends[index]!;
      if (outcome.kind === 'stored') this.publish(send, outcome.message);
      else (outcome.kind === 'refused' ? refused : again).push(send);
      if (outcome.kind === 'busy') this.lanes.wasBusy(send.draft.groupId, lane);
      if (outcome.kind === 'stored') this.lanes.wasFree(send.draft.groupId, lane);
    }
    if (refused.length > 0) await this.refuse(refused);
    return again;
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
  private async recover(sends: Send[], error: unknown, lane: Lane): Promise<Send[]> {
    if (violatedUnique(error) === 'messages_pkey') return this.answerRepeats(sends);
    if (isTransient(error)) return this.waitForDatabase(sends, error);
    if (sends.length === 1) {
      sends[0]!.reject(error);
      return [];
    }
    // One of them is at fault; alone, each gets its own answer.
    for (const send of sends) await this.write([send], lane);
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
    if (mayHaveHappened(error)) for (const send of sends) send.uncertain = true;
    await delay(RETRY_DELAY_MS);
    const now = Date.now();
    for (const send of sends) if (send.deadline <= now) send.reject(send.uncertain ? outcomeUnknown(error) : error);
    return sends.filter(({ deadline }) => deadline > now);
  }
}

function openSend(draft: Draft): Send {
  const send = { draft, deadline: Date.now() + SEND_TIMEOUT_MS, uncertain: false, lane: 'main' } as Send;
  send.result = new Promise<Message>((resolve, reject) => Object.assign(send, { resolve, reject }));
  return send;
}

function outcomeUnknown(cause: unknown): Problem {
  return new Problem('unavailable', OUTCOME_UNKNOWN, { retryAfter: 1, cause });
}
