import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds } from './cpu.js';

/** Between two rounds, so that what the one left to do does not fall into the other. */
const PAUSE = 100;

/**
 * Runs both in turn, A B A B …, since what else the machine does changes from second to second: only neighbours compare.
 * A first round of each warms up and does not count.
 *
 * @template A, B
 * @param {number} count
 * @param {() => Promise<A>} ours
 * @param {() => Promise<B>} other
 * @returns {Promise<{ ours: A[]; other: B[] }>}
 */
export async function interleave(count, ours, other) {
  const rounds = { ours: /** @type {A[]} */ ([]), other: /** @type {B[]} */ ([]) };
  for (let round = 0; round <= count; round += 1) {
    for (const [side, run] of /** @type {const} */ ([
      ['ours', ours],
      ['other', other],
    ])) {
      const result = await run();
      if (round > 0) rounds[side].push(/** @type {any} */ (result));
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
