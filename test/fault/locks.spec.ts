import { randomUUID } from 'node:crypto';
import { describe, it } from '@jest/globals';
import type { Group } from '../../src/changes/contract.js';
import { createDatabase } from '../support/database.js';
import { DatabaseLine } from '../support/database-line.js';
import type { Intent, Outcome } from './driver/commander.js';
import { play } from './stage/play.js';
import { Scenario } from './stage/scenario.js';
import { TIMEOUT } from './stage/settings.js';
import { until } from './stage/until.js';

/** Within which every command is answered, in milliseconds. */
const ANSWER_LIMIT = 15_000;

describe('What waits for the database', () => {
  play(
    'is not what a node that was frozen in the middle of edits has nothing to do with',
    {
      nodes: 2,
      shape: {
        drifters: 0,
        weights: { send: 45, edit: 40, delete: 3, react: 10, pin: 2, typing: 0, read: 0, membership: 0 },
      },
    },
    async (scenario) => {
      const { commander, load, stage } = scenario;
      const [frozen, neighbour] = [stage.nodes[0]!, stage.nodes[1]!];
      const owner = scenario.accounts[0]!;
      const { body } = await owner.call('POST', '/groups', { kind: 'private', name: 'Another group' }, neighbour.url);
      const groupId = (body as Group).id;
      await load.more(scenario.soon());
      await scenario.strike('a node that stands still', () => freezeInTransaction(scenario));
      for (let count = 1; count <= 100; count += 1) {
        const outcome = await commander.attempt(owner, aSend(groupId), undefined, neighbour.url);
        if (outcome.end !== 'ok') scenario.broken(`a send into another group ended as ${JSON.stringify(outcome)}`);
      }
      frozen.thaw();
      await load.more(scenario.soon());
    },
  );

  play('has an answer in time, however long an outsider locks a table', { nodes: 2 }, async (scenario) => {
    const { load, stage } = scenario;
    for (const table of ['memberships', 'users']) {
      await load.more(scenario.soon());
      await scenario.strike(`a lock on ${table}`, async () => {
        const client = await stage.database.connect();
        await client.query('BEGIN');
        await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
        await expectAnswers(scenario);
        await client.end();
      });
    }
    await load.more(scenario.soon());
  });

  const inBlackHole = 'has an answer in time when connections to the database are in a black hole';
  it(
    inBlackHole,
    async () => {
      const database = await createDatabase();
      const line = await DatabaseLine.to(database.url);
      const options = { databaseUrl: database.url, environment: { DATABASE_URL: line.url } };
      try {
        await Scenario.play(inBlackHole, options, async (scenario) => {
          const { load, stage } = scenario;
          for (let time = 0; time < 2; time += 1) {
            await load.more(scenario.soon());
            await scenario.strike('a black hole', async () => {
              line.loseAnswers();
              await expectAnswers(scenario);
            });
            await until('a node that is ready', async () => (await fetch(`${stage.nodes[0]!.url}/health/ready`)).ok);
          }
          await load.more(scenario.soon());
        });
      } finally {
        line.close();
        await database.drop();
      }
    },
    TIMEOUT,
  );
});

const aSend = (groupId: string): Intent => {
  const messageId = randomUUID();
  return { verb: 'send', groupId, messageId, text: `locks-${messageId} said` };
};

/** Stops the first node where it has a transaction open, if that can be hit. */
async function freezeInTransaction({ stage }: Scenario): Promise<void> {
  const [node] = stage.nodes;
  for (let tries = 0; ; tries += 1) {
    node!.freeze();
    const open = await stage.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
          AND query LIKE '%FOR NO KEY UPDATE%'`,
    );
    if (open.length > 0 || tries === 100) return;
    node!.thaw();
  }
}

/** Sends of everyone, over sockets and over REST: each is answered, or its connection closed. */
async function expectAnswers(scenario: Scenario): Promise<void> {
  const { accounts, commander, devices, groupIds, stage } = scenario;
  const ask = (attempt: Promise<Outcome>) =>
    attempt.then((outcome) => {
      const isLate = outcome.end === 'unknown' && /time/i.test(outcome.why);
      if (isLate) scenario.broken(`no answer within ${ANSWER_LIMIT} ms`);
    });
  await Promise.all([
    ...devices.map((device) =>
      ask(commander.attempt(device.account, aSend(groupIds[0]!), device, undefined, ANSWER_LIMIT)),
    ),
    ...stage.nodes.map(({ url }) =>
      ask(commander.attempt(accounts[0]!, aSend(groupIds[0]!), undefined, url, ANSWER_LIMIT)),
    ),
  ]);
}
