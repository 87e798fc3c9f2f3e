import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';

describe('The statement that stores messages', () => {
  let app: TestApp;

  beforeAll(async () => (app = await startApp()));
  afterAll(() => app.database.drop());

  it('reads as few rows for a send when there are many messages as when there were none', async () => {
    const [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
    const group = await ann.group('private', bob);
    const client = await ann.connect();
    const send = (replyTo?: string) => client.do('message:send', { groupId: group.id, text: 'hi', replyTo });

    const first = await send();
    await app.database.query('VACUUM ANALYZE');
    for (let one = 0; one < 20; one += 1) await send(first.id); // PostgreSQL has settled on a plan, of small tables.
    for (let burst = 0; burst < 10; burst += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => send(index % 2 ? first.id : undefined)));
    }
    const sends = 521;
    client.close();
    await app.nest.close(); // Connections tell what they read when they end.

    const tables = await app.database.query<{ name: string; read: number }>(
      `SELECT relname AS name, (COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0))::int AS read
         FROM pg_stat_user_tables WHERE relname IN ('users', 'groups', 'memberships', 'messages')`,
    );
    expect(tables.filter(({ read }) => read > 10 * sends)).toEqual([]);
    expect(tables).toHaveLength(4);
  });
});
