import { compare } from '../report/figures.js';
import { populate } from '../stage/fixtures.js';
import { interleave, withCpu } from '../stage/rounds.js';

const FEW = 10_000;

export const title = 'history: GET /messages, pages of 50, four at a time';

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick, messages }) {
  const many = messages ?? (quick ? 100_000 : 1_000_000);
  const [small, large] = await Promise.all([productWith(stage, FEW), productWith(stage, many)]);
  const reader = stage.generator('readers');

  const ms = quick ? 400 : 1_500;
  const read = ({ server, database, group }, random) =>
    withCpu({ server, database }, () => reader.call('round', { url: server.url, group, random, ms }));
  const measure = async (random) => {
    const rounds = await interleave(
      quick ? 1 : 4,
      async () => rates(await read(large, random)),
      async () => rates(await read(small, random)),
    );
    const where = random ? 'random' : 'newest';
    const figures = compare(rounds.ours, rounds.other, {
      perAppCpu: `${where} page: requests / CPU s of the app`,
      databaseMs: `${where} page: CPU of PostgreSQL, ms a request`,
      p50: `${where} page: p50, ms`,
      p99: `${where} page: p99, ms`,
    });
    return { rounds, figures };
  };
  const newest = await measure(false);
  const random = await measure(true);

  return {
    ours: `${many.toLocaleString('en')} messages`,
    other: `${FEW.toLocaleString('en')} messages`,
    rounds: { newest: newest.rounds, random: random.rounds },
    figures: [...newest.figures, ...random.figures],
    notes: ['Both columns are Messendger: the ratio says what a long history costs. All messages are in one group.'],
  };
}

/** @param {import('../stage/stage.js').Stage} stage @param {number} messages */
async function productWith(stage, messages) {
  const database = await stage.database();
  const server = await stage.product(database);
  const [group] = await populate(database.url, stage.secret, { groups: 1, members: 50, messages });
  return { database, server, group };
}

function rates(round) {
  const { requests, appCpu, databaseCpu } = round;
  return { ...round, perAppCpu: requests / appCpu, databaseMs: (databaseCpu * 1000) / requests };
}
