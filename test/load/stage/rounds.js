import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds } from './cpu.js';

/** Between two rounds, so that what the one left to do does not fall into the other. */
const PAUSE = 100;
/** Rounds of each side that do not count. */
const WARM_UP = 2;

/**
 * Runs both in turn, A B A B …, since what else the machine does changes from second to second: only neighbours compare.
 * The first rounds of each warm up and do not count: what a server does is compiled while it is new to it.
 *
 * @template A, B
 * @param {number} count
 * @param {() => Promise<A>} ours
 * @param {() => Promise<B>} other
 * @returns {Promise<{ ours: A[]; other: B[] }>}
 */
export async function interleave(count, ours, other) {
  const rounds = { ours: /** @type {A[]} */ ([]), other: /** @type {B[]} */ ([]) };
  for (let round = 0; round < WARM_UP + count; round += 1) {
    for (const [side, run] of /** @type {const} */ ([
      ['ours', ours],
      ['other', other],
    ])) {
      const result = await run();
      if (round >= WARM_UP) rounds[side].push(/** @type {any} */ (result));
      await delay(PAUSE);
    }
  }
  return rounds;
}

/**
 * Runs a load and adds the CPU seconds that the server (`appCpu`) and PostgreSQL (`databaseCpu`) used meanwhile.
 *
 * @template {object} R
 * @param {{ server: import('./stage.js').Server; database?: import('./stage.js').Database }} servers
 * @param {() => Promise<R>} load
 */
export async function withCpu({ server, database }, load) {
  const used = () => Promise.all([cpuSeconds(server.pid), database ? cpuSeconds(database.pid) : 0]);
  const before = await used();
  const result = await load();
  const after = await used();
  return { ...result, appCpu: after[0] - before[0], databaseCpu: after[1] - before[1] };
}
