import { compare } from '../report/figures.js';
import { populate } from '../stage/fixtures.js';
import { interleave, withCpu } from '../stage/rounds.js';

export const title = 'pairs: 50 groups of 2, both send, two sends of each in flight';

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick }) {
  const database = await stage.database();
  const product = await stage.product(database);
  const groups = await populate(database.url, stage.secret, { groups: 50, members: 2 });
  const itsDatabase = await stage.database();
  const naive = await stage.rival('insert-per-send', { DATABASE_URL: itsDatabase.url });

  const [ours, other] = [stage.generator('closed-loop'), stage.generator('closed-loop')];
  await Promise.all([
    ours.call('open', { url: product.url, groups, ordered: true, senders: 2 }),
    other.call('open', { url: naive.url, groups, ordered: false, senders: 2 }),
  ]);

  const round = { ms: quick ? 600 : 2_000, window: 2 };
  const rounds = await interleave(
    quick ? 2 : 5,
    async () => rates(await withCpu({ server: product, database }, () => ours.call('round', round))),
    async () => rates(await withCpu({ server: naive, database: itsDatabase }, () => other.call('round', round))),
  );
  await Promise.all([ours.call('check'), other.call('check')]);

  return {
    ours: 'Messendger',
    other: 'INSERT per send',
    rounds,
    figures: compare(rounds.ours, rounds.other, {
      sendsPerSecond: 'durable acked sends / s',
      perAppCpu: 'durable acked sends / CPU s of the app',
      perCpu: 'durable acked sends / CPU s, PostgreSQL included',
    }),
    notes: [
      'The other server awaits one INSERT through a pool of 10 on the same PostgreSQL, then emits and acknowledges;',
      'it checks no membership and keeps no order. Ours: every message once, in seq order without a hole.',
    ],
  };
}

function rates(round) {
  const { seconds, sends, appCpu, databaseCpu } = round;
  return {
    ...round,
    sendsPerSecond: sends / seconds,
    perAppCpu: sends / appCpu,
    perCpu: sends / (appCpu + databaseCpu),
  };
}
