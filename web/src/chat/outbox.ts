import type { Message } from '../../../src/changes/contract';
import { newId } from '../ids';
import { Problem, messageOf } from '../problem';
import type { Realtime } from '../realtime';
import { applyMessage } from '../state/changes';
import type { ChatState, PendingMessage } from '../state/model';
import type { Store } from '../state/store';
import { excerptOf } from '../state/window';
import { keep, namesBeginning, onOtherTab, recallValue } from '../storage';

const NOT_LOOKING = { reading: false, following: true };
const RETRY_DELAY = 2_000;
const MOST_TRIES = 5;

const boxOf = (userId: string) => `outbox.${userId}.`;

/** What I wrote here and the server has not acknowledged, from before the page was loaded. */
export function storedOutbox(userId: string): PendingMessage[] {
  return namesBeginning(boxOf(userId))
    .flatMap((name) => (recallValue(name) as PendingMessage | null) ?? [])
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.order - b.order);
}

/** Throws away what was not sent, as one does on logging out. */
export function clearOutbox(userId: string): void {
  for (const name of namesBeginning(boxOf(userId))) keep(name, null);
}

/**
 * Sends my messages: in order, one after the other in each group, until each is acknowledged. It keeps the id of a
 * message through every repeat, so the server stores it once; and it keeps the message in the browser's storage, under
 * a name of its own, so that a reload loses nothing and two tabs do not overwrite each other.
 */
export class Outbox {
  private readonly busy = new Set<string>();
  private order = 0;
  private stopListening: () => void = () => undefined;
  private isStopped = false;

  constructor(
    private readonly store: Store<ChatState>,
    private readonly realtime: Realtime,
  ) {}

  start(): void {
    this.stopListening = onOtherTab((name, text) => {
      const box = boxOf(this.store.get().me.id);
      if (text === null && name.startsWith(box)) this.take(name.slice(box.length));
    });
  }

  stop(): void {
    this.isStopped = true;
    this.stopListening();
  }

  /** Puts a message on its way. It is shown at once. */
  add(groupId: string, text: string, replyTo: Message | null): void {
    const pending: PendingMessage = {
      id: newId(),
      groupId,
      text,
      replyTo: replyTo && { id: replyTo.id, seq: replyTo.seq, sender: replyTo.sender, excerpt: excerptOf(replyTo) },
      createdAt: new Date().toISOString(),
      order: this.order++,
      problem: null,
    };
    this.put(pending);
    void this.run(groupId);
  }

  /** Tries a refused message again, under the same id. */
  retry(pending: PendingMessage): void {
    this.put({ ...pending, problem: null });
    void this.run(pending.groupId);
  }

  /** Gives a message up. */
  discard(id: string): void {
    this.take(id);
  }

  /** Gives up all messages to a group that is not mine any more. */
  forget(groupId: string): void {
    for (const pending of this.store.get().outbox) if (pending.groupId === groupId) this.discard(pending.id);
  }

  /** The connection is there (again): sends what waits. */
  flush(): void {
    for (const groupId of new Set(this.store.get().outbox.map((pending) => pending.groupId))) void this.run(groupId);
  }

  /** The server has stored a message of mine, and says how. */
  acknowledge(message: Message): void {
    this.keep(message.id, null);
    this.store.set((state) => applyMessage(state, message, NOT_LOOKING));
  }

  /** The stream brought a message; if it was mine, it need not be sent again. */
  arrived(message: Message): void {
    if (message.sender.id === this.store.get().me.id) this.keep(message.id, null);
  }

  private async run(groupId: string): Promise<void> {
    if (this.busy.has(groupId)) return;
    this.busy.add(groupId);
    for (let tries = 1; this.realtime.online && !this.isStopped; tries += 1) {
      const next = this.store.get().outbox.find((pending) => pending.groupId === groupId && pending.problem === null);
      if (!next) break;
      if (await this.deliver(next, tries)) tries = 0;
    }
    this.busy.delete(groupId);
  }

  /** Sends one message; false when it is to be tried again. */
  private async deliver(pending: PendingMessage, tries: number): Promise<boolean> {
    const { id, groupId, text, replyTo } = pending;
    try {
      this.acknowledge(
        await this.realtime.send('message:send', { id, groupId, text, ...(replyTo && { replyTo: replyTo.id }) }),
      );
      return true;
    } catch (error) {
      // Without a connection it waits for the next one.
      if (!this.realtime.online) return false;
      if (isPassing(error) && tries < MOST_TRIES) {
        await new Promise((wake) => setTimeout(wake, (error.details.retryAfter ?? 0) * 1_000 || RETRY_DELAY));
        return false;
      }
      if (this.store.get().outbox.includes(pending)) this.put({ ...pending, problem: messageOf(error) });
      return true;
    }
  }

  private put(pending: PendingMessage): void {
    this.keep(pending.id, pending);
    this.store.set((state) => ({
      ...state,
      outbox: [...state.outbox.filter(({ id }) => id !== pending.id), pending].sort(
        (a, b) => Number(b.problem !== null) - Number(a.problem !== null),
      ),
    }));
  }

  private take(id: string): void {
    this.keep(id, null);
    this.store.set((state) => ({ ...state, outbox: state.outbox.filter((pending) => pending.id !== id) }));
  }

  private keep(id: string, pending: PendingMessage | null): void {
    keep(boxOf(this.store.get().me.id) + id, pending && JSON.stringify(pending));
  }
}

/** Whether the same message may well be taken a little later. */
function isPassing(error: unknown): error is Problem {
  return error instanceof Problem && (error.status === 0 || error.status === 429 || error.status >= 500);
}
