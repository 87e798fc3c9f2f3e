import { Random } from './random.js';

/** How often each kind of step comes. */
export interface Weights {
  send: number;
  edit: number;
  delete: number;
  react: number;
  pin: number;
  typing: number;
  read: number;
  membership: number;
}

export interface Shape {
  people: number;
  groups: number;
  /** The last so many people come and go; the others stay. */
  drifters: number;
  /** Socket clients; they belong to the people in turn, so that some have two. */
  devices: number;
  /** Senders over REST alone. */
  integrators: number;
  weights: Weights;
}

export const SHAPE: Shape = {
  people: 6,
  groups: 3,
  drifters: 2,
  devices: 8,
  integrators: 2,
  weights: { send: 64, edit: 8, delete: 3, react: 8, pin: 2, typing: 6, read: 4, membership: 5 },
};

export interface PlannedGroup {
  kind: 'public' | 'private';
  owner: number;
  /** The others who are in from the start. */
  members: number[];
}

export interface PlannedActor {
  person: number;
  over: 'socket' | 'rest';
}

/** One thing to do. `pick` decides, from 0 to 1, among what there is when its turn comes. */
export interface Step {
  action: keyof Weights;
  group: number;
  pick: number;
  /** Sends that go at once, without waiting for each other. */
  burst: number;
  /** This once over REST, whoever it is. */
  rest: boolean;
}

/** Who there is and what each does, a pure function of the seed. */
export interface Plan {
  seed: number;
  groups: PlannedGroup[];
  actors: PlannedActor[];
  people: number;
  drifters: number[];
  /** What an actor does, without end. */
  stepsOf(actor: number): () => Step;
  /** For the faults: how many operations to let pass, whom to strike. */
  random: Random;
}

export function makePlan(seed: number, shape: Partial<Shape> = {}): Plan {
  const { people, groups, drifters, devices, integrators, weights } = { ...SHAPE, ...shape };
  const random = new Random(seed);
  const stayers = range(people - drifters);
  const residents = devices + integrators;
  return {
    seed,
    people,
    drifters: range(drifters).map((index) => people - drifters + index),
    groups: range(groups).map((index) => {
      const owner = random.pick(stayers);
      return {
        kind: index % 2 === 0 ? 'public' : 'private',
        owner,
        // Everyone is in the first; of the others some are not, and what they send is refused.
        members: stayers.filter((person) => person !== owner && (index === 0 || random.next() < 0.8)),
      };
    }),
    actors: range(residents).map((index) => ({ person: index % people, over: index < devices ? 'socket' : 'rest' })),
    stepsOf: (actor) => {
      const own = new Random(seed).fork(actor);
      return () => ({
        action: own.weighted({ ...weights }),
        group: own.whole(0, groups - 1),
        pick: own.next(),
        burst: own.next() < 0.2 ? own.whole(2, 5) : 1,
        rest: own.next() < 0.1,
      });
    },
    random: random.fork(1_000_003),
  };
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
