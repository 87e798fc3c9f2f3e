import { describe, expect, it } from '@jest/globals';
import * as storage from './checker/break-storage.js';
import * as streams from './checker/break-streams.js';
import { check } from './checker/check.js';
import type { Fault } from './checker/findings.js';
import { type Story, tellStory } from './checker/synthetic.js';
import { Random } from './driver/random.js';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** Breaks a story in one place, which the generator chooses. */
type Break = (story: Story, random: Random) => void;

describe('The checker', () => {
  it.each(SEEDS)('finds nothing in a history that is as promised (seed %i)', (seed) => {
    expect(check(...told(seed))).toEqual([]);
  });

  const breaks: [string, Fault, Break][] = [
    ['a message that was acknowledged and is not stored', 'lost', storage.loseRow],
    ['a message that is stored twice', 'stored twice', storage.doubleRow],
    ['a message of a group that is gone', 'orphan', storage.orphanRow],
    ['a message of someone who was never a member', 'orphan', storage.disownRow],
    ['a message that nobody sent', 'never sent', storage.inventRow],
    ['a message that was acknowledged with another seq', 'stored otherwise', storage.lieInAck],
    ['an unknown send that became another text', 'unknown became something else', storage.garbleUnknown],
    ['a refused send that is stored', 'failed yet stored', storage.resurrect],
    ['an acknowledged edit that is not there', 'acknowledged change lost', storage.undoEdit],
    ['an acknowledged reaction that is not there', 'acknowledged change lost', storage.undoReaction],
    ['a reaction that its message does not show', 'reactions disagree', storage.splitReactions],
    ['an acknowledged removal that did not happen', 'acknowledged change lost', storage.forgetRemoval],
    ['a seq that was burned', 'seq gap', storage.burnSeq],
    ['a revision that was taken twice', 'revision anomaly', storage.repeatRevision],
    ['a message that overtook one that was acknowledged before it was sent', 'reordered', storage.overtake],
    ['two clients that saw another change at one revision', 'two orders', streams.swapContents],
    ['two neighbours that came in the wrong order', 'given out of order', streams.swapEvents],
    ['an event that came twice', 'given twice', streams.repeatEvent],
    ['an event that never came', 'hole', streams.dropEvent],
    ['an event that a replay left out', 'missed', streams.dropReplayed],
    ['an event from before the cursor', 'not from the cursor', streams.replayTooMuch],
    ['a message that came as new twice', 'created twice', streams.createTwice],
    ['a message that came as changed before it came', 'updated before created', streams.updateUnseen],
    ['a client that shows a message as it is not', 'another state', streams.showAnother],
    ['an event given to someone who was removed', 'leak', streams.leakToRemoved],
    ['an event given to someone who was never in', 'leak', streams.leakToStranger],
    ['a connection that was left behind', 'stuck', streams.stopEarly],
    ['a command that was answered with 500', 'internal error', streams.answer500],
  ];

  it.each(breaks)('finds %s', (_, fault, breakIt) => {
    for (const seed of SEEDS) {
      const [history, rows] = told(seed);
      breakIt({ history, rows }, new Random(seed));
      expect({ seed, found: check(history, rows).map((finding) => finding.fault) }).toEqual({
        seed,
        found: expect.arrayContaining([fault]),
      });
    }
  });
});

function told(seed: number): [Story['history'], Story['rows']] {
  const { history, rows } = structuredClone(tellStory(seed));
  return [history, rows];
}
