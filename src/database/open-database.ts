import type { Config } from '../config/config.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateDatabase } from './migrate-database.js';

/** A database that is ready for the application: reachable, with its schema up to date. */
export interface OpenDatabase {
  url: string;
  /** Stops what was started for it. */
  close(): Promise<void>;
}

/** Opens the database that the configuration names, or the embedded one, and migrates it. */
export async function openDatabase(
  { databaseUrl, dataDir }: Config,
  log: (line: string) => void,
): Promise<OpenDatabase> {
  if (databaseUrl !== null) {
    await migrate(databaseUrl, log);
    return { url: databaseUrl, close: () => Promise.resolve() };
  }
  const postgres = await EmbeddedPostgres.start(dataDir, log);
  try {
    await migrate(postgres.url, log);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { url: postgres.url, close: () => postgres.stop() };
}

async function migrate(url: string, log: (line: string) => void): Promise<void> {
  const done = await migrateDatabase(url);
  if (done.length > 0) log(`Applied ${done.length} migration${done.length > 1 ? 's' : ''}: ${done.join(', ')}`);
}
