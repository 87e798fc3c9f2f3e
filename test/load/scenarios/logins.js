import { setTimeout as delay } from 'node:timers/promises';
import { compare } from '../report/figures.js';
import { populate } from '../stage/fixtures.js';
import { interleave } from '../stage/rounds.js';

export const title = 'logins: 200 sends a second into 10 groups of 50, while 20 logins a second run';

const ACCOUNT = { username: 'load.person', password: 'correct horse battery staple' };
const RATE = 20;
const AT_A_TIME = 4;

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick }) {
  const database = await stage.database();
  const product = await stage.product(database);
  const groups = await populate(database.url, stage.secret, { groups: 10, members: 50 });
  await post(product, '/register', 201);
  const generator = stage.generator('open-loop');
  await generator.call('open', { groups, ordered: true, url: product.url });

  const round = { ms: quick ? 1_000 : 3_000, rate: 200 };
  const rounds = await interleave(
    quick ? 2 : 5,
    async () => {
      const [figures] = await Promise.all([generator.call('round', round), bySchedule(product, round.ms)]);
      return figures;
    },
    () => generator.call('round', round),
  );
  await generator.call('check');
  const perSecond = await atOnce(product, quick ? 1_000 : 5_000);

  return {
    ours: 'with logins',
    other: 'without',
    rounds,
    figures: [
      ...compare(rounds.ours, rounds.other, {
        p50: 'send to delivery, p50, ms',
        p99: 'send to delivery, p99, ms',
        max: 'send to delivery, slowest, ms',
      }),
      { name: `logins / s, ${AT_A_TIME} at a time, nothing else`, ours: perSecond },
    ],
    notes: [
      'A login hashes a password (Argon2id, 19 MiB) on the thread pool: it takes processor time, not the event loop.',
    ],
  };
}

/** Logs in by a schedule for `ms`. @param {import('../stage/stage.js').Server} server @param {number} ms */
async function bySchedule(server, ms) {
  const began = performance.now();
  const logins = [];
  for (let count = 0; count < (ms * RATE) / 1000; count += 1) {
    await delay(Math.max(0, began + (count * 1000) / RATE - performance.now()));
    logins.push(post(server, '/login', 200));
  }
  await Promise.all(logins);
}

/** Logins a second, some at a time. @param {import('../stage/stage.js').Server} server @param {number} ms */
async function atOnce(server, ms) {
  const began = performance.now();
  let done = 0;
  const one = async () => {
    for (; performance.now() - began < ms; done += 1) await post(server, '/login', 200);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
  return (done * 1000) / (performance.now() - began);
}

/** @param {import('../stage/stage.js').Server} server @param {string} path @param {number} expected */
async function post({ url }, path, expected) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(ACCOUNT) });
  await response.arrayBuffer();
  if (response.status !== expected) throw new Error(`${path} answered ${response.status}`);
}
