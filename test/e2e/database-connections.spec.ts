import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { isTransient, mayHaveHappened } from '../../src/common/to-problem.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Statements } from '../../src/database/statements.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { DatabaseLine } from '../support/database-line.js';

const POOL_SIZE = 2;

describe('A connection to the database', () => {
  let database: TestDatabase;
  let line: DatabaseLine;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createDatabase();
    line = await DatabaseLine.to(database.url);
    dataSource = await new DataSource(dataSourceOptions(line.url, POOL_SIZE)).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    line.close();
    await database.drop();
  });

  const backend = async (): Promise<number> => {
    const [row] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    return row!.pid;
  };
  const isDone = async (pid: number, query: string): Promise<boolean> => {
    const [row] = await database.query<{ state: string; query: string }>(
      'SELECT state, query FROM pg_stat_activity WHERE pid = $1',
      [pid],
    );
    return row?.state === 'idle' && row.query === query;
  };

  it('that ends while it passes from one query to the next fails that query, and not the process', async () => {
    const pid = await backend();
    line.holdAnswers();
    const first = new Statements(dataSource).run('one', 'SELECT 1 AS one', []);
    const next = dataSource.query('SELECT 2 AS two').catch((error: unknown) => error);
    while (!(await isDone(pid, 'SELECT 1 AS one')));
    // The answer and the end arrive in one piece: the end is read before whoever waited has taken the connection over.
    await database.query('SELECT pg_terminate_backend($1)', [pid]);
    expect(await first).toEqual([{ one: 1 }]);
    expect(isTransient(await next)).toBe(true);
    line.passAnswers();
    expect(await backend()).not.toBe(pid);
  });

  /** The answer on all connections that are open now, and may be busy with this at once. */
  const all = async <T>(query: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: POOL_SIZE }, query));

  it.each([
    ['a statement of a hot path', () => new Statements(dataSource).run('two', 'SELECT 2 AS two', [])],
    ['a transaction', () => dataSource.transaction((manager) => manager.query('SELECT 2 AS two'))],
  ])('that answers no more fails %s and is thrown away, with the idle ones', async (_, query) => {
    const used = (await all(() => dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid, pg_sleep(0.2)')))
      .flat()
      .map(({ pid }) => pid);
    expect(new Set(used).size).toBe(POOL_SIZE);
    line.loseAnswers();
    const error: unknown = await query().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: expect.stringContaining('has not answered') as unknown as string,
      code: 'ETIMEDOUT',
    });
    expect([isTransient(error), mayHaveHappened(error)]).toEqual([true, true]);
    const next = await all(() => dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid'));
    for (const [{ pid }] of next as [{ pid: number }][]) expect(used).not.toContain(pid);
  });
});
