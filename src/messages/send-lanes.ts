import type { Message } from '../changes/contract.js';
import { MicroBatcher } from './micro-batcher.js';
import type { Draft } from './message-store.js';

/** A message on its way into the database. */
export interface Send {
  draft: Draft;
  /** Until when it is tried again, in milliseconds since 1970. */
  deadline: number;
  /** An attempt had no answer: it may be stored. */
  uncertain: boolean;
  result: Promise<Message>;
  resolve(message: Message): void;
  reject(reason: unknown): void;
}

/** `main`: whose groups are free. `contended`: that were busy just now. `locked`: whose group stays locked. */
export type Lane = 'main' | 'contended' | 'locked';

const ORDER: Record<Lane, number> = { main: 0, contended: 1, locked: 2 };

/** How long a group stays out of the main lane after it was found busy there: what met once meets again. In milliseconds. */
const STAY_MS = 1_000;

/** A group whose sends go in another lane than the main one. */
interface Aside {
  lane: Exclude<Lane, 'main'>;
  /** Sends that were moved and are not settled. */
  open: number;
  /** It goes back to the main lane as soon as none is open. */
  returns: boolean;
  /** The lane of this group alone, once it is `locked`. */
  own: MicroBatcher<Send> | undefined;
}

/**
 * The lanes in which sends are written, each with one batch in work. All of them begin in the main one. A batch that
 * finds a group busy moves the group to the next lane, and what is sent to the group follows it, lane by lane: so the
 * sends of one group keep their order, whichever lane they end in.
 */
export class SendLanes {
  private readonly main = this.batcher('main');
  private readonly contended = this.batcher('contended');
  private readonly groupsAside = new Map<string, Aside>();
  private aside = 0;

  /** `write` gets the batches. It begins by asking `keep` which of a batch are to be written in its lane. */
  constructor(private readonly write: (batch: Send[], lane: Lane) => Promise<void>) {}

  /** Sends that wait in the main lane. */
  get waiting(): number {
    return this.main.size;
  }

  /** Sends outside of the main lane, in all groups. */
  get waitingAside(): number {
    return this.aside;
  }

  /** Those of one group. */
  waitingOf(groupId: string): number {
    return this.groupsAside.get(groupId)?.open ?? 0;
  }

  add(send: Send): void {
    this.main.add(send);
  }

  /** A batch of this lane found the group busy. */
  moveOn(groupId: string, from: Lane): void {
    const known = this.groupsAside.get(groupId);
    if (known && from !== 'main') known.lane = 'locked';
    if (known) return;
    const place: Aside = { lane: 'contended', open: 0, returns: false, own: undefined };
    this.groupsAside.set(groupId, place);
    setTimeout(() => {
      place.returns = true;
      this.returnIfDone(groupId, place);
    }, STAY_MS).unref();
  }

  /** The sends that belong in this lane; the others are in the next one when this returns. */
  keep(sends: Send[], lane: Lane): Send[] {
    return sends.filter((send) => {
      const place = this.groupsAside.get(send.draft.groupId);
      if (!place || ORDER[place.lane] <= ORDER[lane]) return true;
      if (lane === 'main') this.count(send, place);
      if (lane === 'main') this.contended.add(send);
      else (place.own ??= this.batcher('locked')).add(send);
      return false;
    });
  }

  private count({ draft: { groupId }, result }: Send, place: Aside): void {
    place.open += 1;
    this.aside += 1;
    const settled = () => {
      this.aside -= 1;
      place.open -= 1;
      this.returnIfDone(groupId, place);
    };
    result.then(settled, settled);
  }

  private returnIfDone(groupId: string, place: Aside): void {
    if (place.open > 0) return;
    place.lane = 'contended';
    place.own = undefined;
    if (place.returns) this.groupsAside.delete(groupId);
  }

  private batcher(lane: Lane): MicroBatcher<Send> {
    return new MicroBatcher(
      ({ draft }) => draft.id,
      (batch) => this.write(batch, lane),
    );
  }
}
