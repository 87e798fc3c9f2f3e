import { compare } from '../report/figures.js';
import { populate } from '../stage/fixtures.js';
import { interleave } from '../stage/rounds.js';

export const title = 'latency: 200 sends a second by schedule, into 10 groups of 50 connected members';

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick }) {
  const database = await stage.database();
  const product = await stage.product(database);
  const bare = await stage.rival('bare');
  const groups = await populate(database.url, stage.secret, { groups: 10, members: 50 });

  const [ours, other] = [stage.generator('open-loop'), stage.generator('open-loop')];
  await Promise.all([
    ours.call('open', { groups, ordered: true, url: product.url }),
    other.call('open', { groups, ordered: true, url: bare.url }),
  ]);

  const round = { ms: quick ? 600 : 2_500, rate: 200 };
  const rounds = await interleave(
    quick ? 2 : 5,
    () => ours.call('round', round),
    () => other.call('round', round),
  );
  await Promise.all([ours.call('check'), other.call('check')]);

  return {
    ours: 'Messendger',
    other: 'bare Socket.IO',
    rounds,
    figures: compare(rounds.ours, rounds.other, {
      p50: 'send to delivery, p50, ms',
      p99: 'send to delivery, p99, ms',
      max: 'send to delivery, slowest, ms',
      lateness: 'of it the generator was late, p99, ms',
    }),
    notes: ['From the moment for which a send was scheduled to each of its 50 deliveries. Ours waits for the commit.'],
  };
}
