import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateDatabase } from '../../src/database/migrate-database.js';
import { dropDatabase } from './drop-database.js';

export interface TestDatabase {
  url: string;
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  drop(): Promise<void>;
}

/** A database of one's own in the run's PostgreSQL, with the schema up to date. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(clusterUrl(), (client) => client.query(`CREATE DATABASE ${name}`));
  const url = urlOf(name);
  await migrateDatabase(url);
  return {
    url,
    query: (sql, values) => withClient(url, async (client) => (await client.query<never>(sql, values)).rows),
    drop: () => withClient(clusterUrl(), (client) => dropDatabase(client, name)),
  };
}

/** Has the pending address of a user count, as if the link that was sent there had been used. */
export async function verifyAddress(database: TestDatabase, username: string): Promise<void> {
  await database.query(
    `UPDATE users SET email = pending_email, email_verified_at = now(), pending_email = NULL, pending_email_expires_at = NULL
      WHERE username = $1 AND pending_email IS NOT NULL`,
    [username],
  );
}

function clusterUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('The test run has no PostgreSQL: test/support/cluster.setup.js starts it');
  return url;
}

function urlOf(database: string): string {
  return clusterUrl().replace(/\/[^/?]*(\?|$)/, `/${database}$1`);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
