import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { passwordFile, SUPERUSER } from './address.js';
import type { Binaries } from './binaries.js';
import { cleanEnvironment } from './environment.js';
import { codeOf, messageOf } from './errors.js';
import { isAlive } from './processes.js';
import { type Account, commandAs, giveTo, underAName } from './run-as.js';

const run = promisify(execFile);

/** `postgres.new-<pid>-<random>`: being made by that process. `postgres.old-…`: being removed. */
const HALF_MADE = /^postgres\.(?:new-(\d+)|old)-/;

/** The folders that this process is making just now. */
const inTheMaking = new Set<string>();

/** What one may start from: written by `initdb`, meant to be changed by whoever runs the server. */
const SETTINGS = {
  max_connections: 100,
  shared_buffers: '128MB',
  min_wal_size: '80MB',
  max_wal_size: '512MB',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
  // A failed statement may hold what people wrote to each other: the log has the error, never the statement.
  log_min_error_statement: 'panic',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Makes `<dataDir>/postgres` unless it is there: in a temporary folder first, so that it is either whole or absent.
 * Of two that make it at once, the second takes over what the first has made.
 *
 * @throws when the folder can't be written, holds something else, or is of another major version of PostgreSQL.
 */
export async function ensureDataFolder(dataDir: string, binaries: Binaries, account: Account): Promise<string> {
  const folder = join(dataDir, 'postgres');
  try {
    await removeLeftOvers(dataDir);
    if (!(await holdsData(folder))) await make(folder, dataDir, binaries, account);
  } catch (error) {
    throw new Error(`The data folder ${folder} can't be made: ${messageOf(error)}`, { cause: error });
  }
  await checkVersion(folder, binaries);
  return folder;
}

/** Whether PostgreSQL's files are in the folder. An empty folder is as good as none. */
async function holdsData(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0 && !names.includes('PG_VERSION')) throw new Error('it holds files that are not PostgreSQL data');
  return names.length > 0;
}

async function make(folder: string, dataDir: string, binaries: Binaries, account: Account): Promise<void> {
  const temporary = join(dataDir, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  inTheMaking.add(temporary);
  try {
    await mkdir(temporary, { mode: 0o700 });
    await giveTo(account, temporary);
    await initdb(temporary, binaries, account);
    await rename(temporary, folder).catch(async (error: unknown) => {
      if (!(await holdsData(folder))) throw error;
    });
    await syncFolder(dataDir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    inTheMaking.delete(temporary);
  }
}

/** Ends with every file flushed to the disk: initdb sees to that itself. */
async function initdb(folder: string, binaries: Binaries, account: Account): Promise<void> {
  const encoding = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', folder, `--username=${SUPERUSER}`, '--data-checksums', ...encoding, ...settings];
  const password = process.platform === 'win32' ? `${folder}.password` : undefined;
  if (password) await writeSynced(password, randomBytes(24).toString('base64url'));
  args.push(
    '--auth-local=trust',
    ...(password ? ['--auth-host=scram-sha-256', `--pwfile=${password}`] : ['--auth-host=reject']),
  );
  const runAs = (user: Account) =>
    run(...commandAs(user, binaries.initdb, args), { ...user.ids, env: cleanEnvironment(), windowsHide: true });
  try {
    await runAs(account).catch((error: unknown) => {
      if (!/could not look up effective user/.test(messageOf(error))) throw error;
      return runAs(underAName(account));
    });
    if (password) await rename(password, passwordFile(folder));
  } catch (error) {
    throw new Error(reasonIn(messageOf(error)), { cause: error });
  }
}

/** Of all that initdb prints, the line that says what went wrong. */
function reasonIn(output: string): string {
  const lines = output.trim().split('\n');
  const reason = lines.findLast((line) => /error|fatal|panic|could not/i.test(line) && !line.startsWith('Command'));
  return (reason ?? lines.at(-1) ?? '').replace(/^.*(?:FATAL|PANIC):\s+/, '');
}

/**
 * Removes what starts that were killed have left. The name is taken away first, so that nobody can put a folder that is
 * half removed into place.
 */
async function removeLeftOvers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const [match, maker] = HALF_MADE.exec(name) ?? [];
    const path = join(dataDir, name);
    if (!match || inTheMaking.has(path)) continue;
    // A container gives the same pid to every start, so our own pid says nothing.
    if (maker && Number(maker) !== process.pid && (await isAlive(Number(maker)))) continue;
    const doomed = join(dataDir, `postgres.old-${randomBytes(4).toString('hex')}`);
    await rename(path, doomed).catch(ignoreMissing);
    // An initdb that was left alone may still be writing. What can't be removed now is removed by a later start.
    await rm(doomed, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined);
  }
}

async function checkVersion(folder: string, binaries: Binaries): Promise<void> {
  const [found, { stdout }] = await Promise.all([
    readFile(join(folder, 'PG_VERSION'), 'utf8'),
    run(binaries.postgres, ['--version'], { windowsHide: true }),
  ]);
  const ours = /\d+/.exec(stdout)?.[0];
  if (found.trim() === ours) return;
  throw new Error(
    `The data folder ${folder} was made by PostgreSQL ${found.trim()}, and this is PostgreSQL ${ours}: ` +
      `dump it with the old version and restore it with the new one, or go back to the old version of Messendger.`,
  );
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600, flush: true });
}

/** Makes a rename inside the folder durable. Windows can't open folders, and does not need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
