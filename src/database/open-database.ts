import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartupError } from '../common/startup-error.js';
import type { Config } from '../config/config.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateDatabase } from './migrate-database.js';

type Log = (line: string) => void;

/** A database that is ready for the application: reachable, with its schema up to date. */
export interface OpenDatabase {
  url: string;
  /** Stops what was started for it. */
  close(): Promise<void>;
}

/** Opens the database that the configuration names, or the embedded one, and migrates it. Throws a StartupError. */
export async function openDatabase({ databaseUrl, dataDir }: Config, log: Log): Promise<OpenDatabase> {
  if (databaseUrl !== null) {
    await migrate(databaseUrl, log);
    return { url: databaseUrl, close: () => Promise.resolve() };
  }
  const postgres = await startEmbedded(dataDir, log);
  try {
    await migrate(postgres.url, log);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { url: postgres.url, close: () => postgres.stop() };
}

async function startEmbedded(dataDir: string, log: Log): Promise<EmbeddedPostgres> {
  if (!existsSync(join(dataDir, 'postgres'))) log(`First start: making a PostgreSQL database in ${resolve(dataDir)}`);
  try {
    return await EmbeddedPostgres.start(dataDir, log);
  } catch (error) {
    throw new StartupError(messageOf(error), { cause: error });
  }
}

async function migrate(url: string, log: Log): Promise<void> {
  try {
    const done = await migrateDatabase(url);
    if (done.length > 0) log(`Applied ${done.length} migration${done.length > 1 ? 's' : ''}: ${done.join(', ')}`);
  } catch (error) {
    throw new StartupError(`The database at ${placeOf(url)} cannot be prepared: ${messageOf(error)}`, { cause: error });
  }
}

/** Without the password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function messageOf(error: unknown): string {
  // An AggregateError, as a refused connection to several addresses is, has its words in its parts.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
