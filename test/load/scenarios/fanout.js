import { compare } from '../report/figures.js';
import { populate } from '../stage/fixtures.js';
import { interleave, withCpu } from '../stage/rounds.js';

export const title = 'fanout: 10 groups of 50 connected members, 5 senders in each, the next send when the ack came';

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick }) {
  const database = await stage.database();
  const product = await stage.product(database);
  const bare = await stage.rival('bare');
  const groups = await populate(database.url, stage.secret, { groups: 10, members: 50 });
  const load = { groups, ordered: true, senders: 5 };

  const [ours, other] = [stage.generator('closed-loop'), stage.generator('closed-loop')];
  await Promise.all([ours.call('open', { ...load, url: product.url }), other.call('open', { ...load, url: bare.url })]);

  const ms = quick ? 600 : 2_000;
  const rounds = await interleave(
    quick ? 2 : 5,
    async () => rates(await withCpu({ server: product, database }, () => ours.call('round', { ms, window: 1 }))),
    async () => rates(await withCpu({ server: bare }, () => other.call('round', { ms, window: 1 }))),
  );
  await Promise.all([ours.call('check'), other.call('check')]);

  return {
    ours: 'Messendger',
    other: 'bare Socket.IO',
    rounds,
    figures: compare(rounds.ours, rounds.other, {
      sendsPerSecond: 'sends / s',
      deliveriesPerSecond: 'deliveries / s',
      perAppCpu: 'deliveries / CPU s of the app',
      perCpu: 'deliveries / CPU s, PostgreSQL included',
      frameBytes: 'bytes of a delivery',
    }),
    notes: ['The bare server stores nothing. Every member got every message once, in seq order without a hole.'],
  };
}

function rates(round) {
  const { seconds, sends, deliveries, appCpu, databaseCpu } = round;
  return {
    ...round,
    sendsPerSecond: sends / seconds,
    deliveriesPerSecond: deliveries / seconds,
    perAppCpu: deliveries / appCpu,
    perCpu: deliveries / (appCpu + databaseCpu),
  };
}
