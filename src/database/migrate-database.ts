import pg from 'pg';
import { DataSource } from 'typeorm';
import { unboundedOptions } from './data-source.js';

/** Any number will do, as long as nothing else in the same database takes it. */
const MIGRATION_LOCK = 7_261_034;

/**
 * Brings the schema up to date and returns the names of the migrations that ran. However many nodes start at once, one
 * migrates and the others wait: TypeORM takes no lock of its own, so the whole run is under an advisory lock that a
 * dedicated connection holds.
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'messendger' });
  await lock.connect();
  const dataSource = new DataSource(unboundedOptions(url, 1));
  try {
    await refuseOldServer(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.initialize();
    // A migration may take as long as it needs; the pool has this one connection.
    await dataSource.query('SET statement_timeout = 0');
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await lock.end();
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  const version = rows[0]?.version ?? 0;
  if (version < 150_000) throw new Error(`PostgreSQL 15 or newer is needed; the server is ${version / 10_000}`);
}
