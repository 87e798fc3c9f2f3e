import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { EmbeddedApp } from '../support/embedded-app.js';
import { SmallDisk } from './faults/small-disk.js';
import { play } from './stage/play.js';
import { Scenario } from './stage/scenario.js';
import { TIMEOUT } from './stage/settings.js';
import { until } from './stage/until.js';

describe('PostgreSQL', () => {
  const name = 'is killed with -9 under two nodes, and comes back';
  let directory: string;
  let postgres: EmbeddedApp;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'messendger-fault-pg-'));
    postgres = EmbeddedApp.launch(directory);
    await postgres.started();
  });

  afterAll(async () => {
    await postgres.end('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  });

  it(
    name,
    () =>
      Scenario.play(name, { nodes: 2, databaseUrl: postgres.url }, async (scenario) => {
        for (let time = 0; time < 2; time += 1) {
          await scenario.load.more(scenario.soon());
          await scenario.strike('kill -9 of PostgreSQL', async () => {
            process.kill(await postgres.server(), 'SIGKILL');
          });
        }
        await scenario.load.more(scenario.soon());
      }),
    TIMEOUT,
  );

  play(
    'has no connection to give, and rows that are locked',
    { nodes: 2, environment: { DATABASE_POOL_SIZE: '2' } },
    async (scenario) => {
      const { load, stage, groupIds, recorder } = scenario;
      const database = new URL(stage.database.url).pathname.slice(1);
      const unanswered = async (count: number) => {
        const goal = recorder.counts.unknown + count;
        await until('commands without an answer', () => recorder.counts.unknown >= goal);
      };
      await load.more(scenario.soon());
      await scenario.strike('a lock on a group', async () => {
        const client = await stage.database.connect();
        await client.query('BEGIN');
        await client.query('SELECT 1 FROM groups WHERE id = $1 FOR UPDATE', [groupIds[0]]);
        await unanswered(10);
        await client.end();
      });
      await load.more(scenario.soon());
      await scenario.strike('no connection for anyone', async () => {
        const client = await stage.database.connect();
        await client.query(`ALTER DATABASE ${database} CONNECTION LIMIT 1`);
        await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
        await unanswered(10);
        await client.query(`ALTER DATABASE ${database} CONNECTION LIMIT -1`);
        await client.end();
      });
      await load.more(scenario.soon());
    },
  );

  const onSmallDisk = 'has a disk that is full for a while';
  it(
    onSmallDisk,
    async () => {
      const disk = await SmallDisk.mount(220);
      if (!disk) {
        process.stdout.write('Skipped: no small disk can be mounted here\n');
        return;
      }
      try {
        const filler = ' x'.repeat(1_500);
        await Scenario.play(onSmallDisk, { environment: { DATA_DIR: disk.path }, filler }, async (scenario) => {
          const { load, recorder } = scenario;
          await load.more(scenario.soon());
          await scenario.strike('a full disk', async () => {
            await disk.fill();
            const goal = recorder.counts.unknown + 10;
            await until('commands without an answer', async () => {
              void load.more(20).catch(() => undefined);
              return Promise.resolve(recorder.counts.unknown >= goal);
            });
            await disk.clear();
          });
          await load.more(100);
        });
      } finally {
        await disk.unmount();
      }
    },
    TIMEOUT,
  );
});
