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
  /** The one that it is in. */
  lane: Lane;
  result: Promise<Message>;
  resolve(message: Message): void;
  reject(reason: unknown): void;
}

/**
 * In the order in which a group gets there. `main`: groups that are free. `busy`: that were busy just now. `contended`:
 * that were busy and could be had after a moment. `locked`: a group that stays locked, alone.
 */
const LANES = ['main', 'busy', 'contended', 'locked'] as const;
export type Lane = (typeof LANES)[number];

/** How long a group stays out of the main lane after it was found busy there: what met once meets again. In milliseconds. */
const STAY_MS = 1_000;

/** A group whose sends go in another lane than the main one. */
interface Aside {
  lane: Exclude<Lane, 'main'>;
  /** Sends that left the main lane and are not settled, by the lane that they are in. */
  open: Record<Lane, number>;
  /** It goes back to the main lane as soon as none is open. */
  returns: boolean;
  /** The lane of this group alone, once it is `locked`. */
  own: MicroBatcher<Send> | undefined;
}

/**
 * The lanes in which sends are written, each with one batch in work. A batch that finds a group busy moves the group to
 * a later lane. What is sent to the group goes there too, but never past what was sent before it: so the sends of one
 * group keep their order, whichever lane they end in.
 */
export class SendLanes {
  private readonly shared = {
    main: this.batcher('main'),
    busy: this.batcher('busy'),
    contended: this.batcher('contended'),
  };
  private readonly groupsAside = new Map<string, Aside>();
  private aside = 0;

  /** `write` gets the batches. It begins by asking `keep` which of a batch are to be written in its lane. */
  constructor(private readonly write: (batch: Send[], lane: Lane) => Promise<void>) {}

  /** Sends that wait in the main lane. */
  get waiting(): number {
    return this.shared.main.size;
  }

  /** Sends outside of the main lane, in all groups. */
  get waitingAside(): number {
    return this.aside;
  }

  /** Those of one group. */
  waitingOf(groupId: string): number {
    const place = this.groupsAside.get(groupId);
    return place ? openOf(place) : 0;
  }

  add(send: Send): void {
    this.shared.main.add(send);
  }

  /** A batch of this lane found the group busy. */
  wasBusy(groupId: string, lane: Lane): void {
    const known = this.groupsAside.get(groupId);
    if (known && lane !== 'main') known.lane = 'locked';
    if (known) return;
    const place: Aside = {
      lane: 'busy',
      open: { main: 0, busy: 0, contended: 0, locked: 0 },
      returns: false,
      own: undefined,
    };
    this.groupsAside.set(groupId, place);
    setTimeout(() => {
      place.returns = true;
      this.settleDown(groupId, place);
    }, STAY_MS).unref();
  }

  /** A batch of this lane stored something of the group. */
  wasFree(groupId: string, lane: Lane): void {
    const place = lane === 'busy' ? this.groupsAside.get(groupId) : undefined;
    if (place?.lane === 'busy') place.lane = 'contended';
  }

  /** The sends that are to be written in this lane; the others are in a later one when this returns. */
  keep(sends: Send[], lane: Lane): Send[] {
    if (this.groupsAside.size === 0) return sends;
    return sends.filter((send) => {
      const place = this.groupsAside.get(send.draft.groupId);
      const next = place && nextLane(place, lane);
      if (!next) return true;
      if (lane === 'main') this.count(send, place);
      else place.open[lane] -= 1;
      place.open[next] += 1;
      send.lane = next;
      if (next === 'locked') (place.own ??= this.batcher('locked')).add(send);
      else this.shared[next].add(send);
      return false;
    });
  }

  private count(send: Send, place: Aside): void {
    this.aside += 1;
    const settled = () => {
      this.aside -= 1;
      place.open[send.lane] -= 1;
      this.settleDown(send.draft.groupId, place);
    };
    send.result.then(settled, settled);
  }

  private settleDown(groupId: string, place: Aside): void {
    if (openOf(place) > 0) return;
    place.own = undefined;
    if (place.lane === 'locked') place.lane = 'busy';
    if (place.returns) this.groupsAside.delete(groupId);
  }

  private batcher(lane: Lane): MicroBatcher<Send> {
    return new MicroBatcher(
      ({ draft }) => draft.id,
      (batch) => this.write(batch, lane),
    );
  }
}

/** Where a send goes on to from this lane, if it does: the first later lane that has sends of the group, or the group's. */
function nextLane(place: Aside, from: Lane): Exclude<Lane, 'main'> | undefined {
  const later = LANES.slice(LANES.indexOf(from) + 1, LANES.indexOf(place.lane) + 1) as Exclude<Lane, 'main'>[];
  return later.find((lane) => place.open[lane] > 0) ?? later.at(-1);
}

function openOf({ open }: Aside): number {
  return open.busy + open.contended + open.locked;
}
