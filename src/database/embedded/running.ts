import { join, resolve } from 'node:path';
import { addressOf, urlOf } from './address.js';
import { readPidFile } from './pid-file.js';
import { isPostgresOn } from './processes.js';

/** The URL of the embedded PostgreSQL of this data folder, if a Messendger runs it just now. */
export async function urlOfRunning(dataDir: string): Promise<string | undefined> {
  const folder = join(resolve(dataDir), 'postgres');
  const server = await readPidFile(folder);
  if (!server?.ready || !(await isPostgresOn(folder, server.pid))) return undefined;
  const address = await addressOf(folder, server);
  return address && urlOf(address);
}
