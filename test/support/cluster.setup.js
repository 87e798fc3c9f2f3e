import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../dist/src/database/embedded/embedded-postgres.js';

/**
 * One PostgreSQL for the run; every test file makes a database of its own in it. With TEST_DATABASE_URL that server is
 * used instead (its user must be allowed to create databases).
 */
export default async function setup() {
  process.env.TEST_RUN = new Date().toISOString();
  if (process.env.TEST_DATABASE_URL) return;
  const directory = await mkdtemp(join(tmpdir(), 'messendger-test-'));
  const postgres = await EmbeddedPostgres.start(directory);
  process.env.TEST_DATABASE_URL = postgres.url;
  globalThis.__cluster = { postgres, directory };
}
