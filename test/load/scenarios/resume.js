import { compare } from '../report/figures.js';
import { populate } from '../stage/fixtures.js';
import { interleave, withCpu } from '../stage/rounds.js';

const BEHIND = 100;

export const title = `resume: 1,000 clients (400 with --quick) come back at once, ${BEHIND} changes behind, in groups of 50`;

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick }) {
  const database = await stage.database();
  const product = await stage.product(database);
  const bare = await stage.rival('bare');
  const groups = await populate(database.url, stage.secret, {
    groups: quick ? 8 : 20,
    members: 50,
    messages: 500,
  });

  const [ours, other] = [stage.generator('returners'), stage.generator('returners')];
  const round = { groups, behind: BEHIND };
  const rounds = await interleave(
    quick ? 1 : 3,
    async () =>
      rates(await withCpu({ server: product, database }, () => ours.call('round', { ...round, url: product.url }))),
    async () => rates(await withCpu({ server: bare }, () => other.call('round', { ...round, url: bare.url }))),
  );

  return {
    ours: 'Messendger',
    other: 'bare Socket.IO',
    rounds,
    figures: compare(rounds.ours, rounds.other, {
      p50: 'connect to caught up, p50, ms',
      p99: 'connect to caught up, p99, ms',
      sentAway: 'told to come back later',
      seconds: 'until all have caught up, s',
      appMs: 'CPU of the app, ms a client',
      allMs: 'CPU, PostgreSQL included, ms a client',
    }),
    notes: [
      'Everyone got exactly what they had missed, in order, then group:synced; those whom the server sent away',
      '(`unavailable`) came back a second later, as a client does.',
      'The bare server checks no token, and emits a hundred messages out of thin air one by one.',
    ],
  };
}

function rates(round) {
  const { clients, appCpu, databaseCpu } = round;
  return { ...round, appMs: (appCpu * 1000) / clients, allMs: ((appCpu + databaseCpu) * 1000) / clients };
}
