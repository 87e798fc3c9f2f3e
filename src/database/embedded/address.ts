import { chmod, chown, lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClientConfig } from 'pg';
import type { PidFile } from './pid-file.js';
import { messageOf } from './errors.js';
import type { Account } from './run-as.js';

/** Where the server listens: `host` is the folder of its socket, or an address where there are no unix sockets. */
export interface Address {
  host: string;
  port: number;
  password?: string;
}

/** The manager's own user. PostgreSQL keeps a few connections for it even when the application has used up all others. */
export const SUPERUSER = 'postgres';
/** The application's user and database. */
export const APP = 'messendger';

const SOCKET = '.s.PGSQL.5432';
const SOCKET_PATH_LIMIT = process.platform === 'linux' ? 107 : 103;
const TEMPORARY_PREFIX = 'messendger-socket-';

export const passwordFile = (folder: string): string => join(folder, 'messendger.password');

/** Chooses where to listen: in the data folder itself, or in a short private folder when that path is too long. */
export async function chooseAddress(folder: string, account: Account): Promise<Address> {
  if (process.platform === 'win32') return { host: '127.0.0.1', port: await freePort(), ...(await passwordIn(folder)) };
  if (fits(folder)) return { host: folder, port: 5432 };
  return { host: await temporaryFolder(account), port: 5432 };
}

/** Where the server of this pid file listens; undefined as long as it does not. */
export async function addressOf(folder: string, server: PidFile): Promise<Address | undefined> {
  if (server.socketFolder) return { host: server.socketFolder, port: server.port };
  if (process.platform !== 'win32' || !server.port) return undefined;
  return { host: '127.0.0.1', port: server.port, ...(await passwordIn(folder)) };
}

/** Removes the socket's folder, if it is a temporary one. */
export async function releaseAddress(address: Address): Promise<void> {
  if (isTemporary(address.host)) await rm(address.host, { recursive: true, force: true });
}

/** Records the temporary folder in use, and removes the one of a run that could not remove its own. */
export async function recordAddress(dataDir: string, address: Address): Promise<void> {
  const record = join(dataDir, 'postgres.socket-folder');
  const previous = await readFile(record, 'utf8').catch(() => '');
  if (previous && previous !== address.host && isTemporary(previous)) await removeOwn(previous);
  if (isTemporary(address.host)) await writeFile(record, address.host);
  else if (previous) await rm(record, { force: true });
}

/** A pg client's settings for the manager's own connection. */
export function superuserConfig({ host, port, password }: Address): ClientConfig {
  return {
    host,
    port,
    password,
    user: SUPERUSER,
    database: 'postgres',
    ssl: false,
    application_name: 'messendger-owner',
  };
}

/** The application's connection URL. Everything that pg would else take from PG* variables is said in it. */
export function urlOf({ host, port, password }: Address): string {
  const secret = password ? `:${encodeURIComponent(password)}` : '';
  const parameters = host.startsWith('/') ? `host=${encodeURIComponent(host)}&sslmode=disable` : 'sslmode=disable';
  return `postgres://${APP}${secret}@${host.startsWith('/') ? 'localhost' : host}:${port}/${APP}?${parameters}`;
}

const fits = (folder: string): boolean => Buffer.byteLength(join(folder, SOCKET)) <= SOCKET_PATH_LIMIT;

const isTemporary = (folder: string): boolean =>
  [tmpdir(), '/tmp'].includes(dirname(folder)) && folder.startsWith(join(dirname(folder), TEMPORARY_PREFIX));

async function temporaryFolder(account: Account): Promise<string> {
  const base = [tmpdir(), '/tmp'].find((candidate) => fits(join(candidate, `${TEMPORARY_PREFIX}XXXXXX`)));
  if (!base) throw new Error(`The path of the data folder is too long for a socket, and so is ${tmpdir()}.`);
  try {
    const folder = await mkdtemp(join(base, TEMPORARY_PREFIX));
    await chmod(folder, 0o700);
    if (account.owner) await chown(folder, account.owner.uid, account.owner.gid);
    return folder;
  } catch (error) {
    throw new Error(`No folder for PostgreSQL's socket could be made in ${base}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Removes a recorded temporary folder, unless someone else has meanwhile put something of theirs at its path. */
async function removeOwn(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  const ours = found?.isDirectory() && (process.getuid?.() === 0 || found.uid === process.getuid?.());
  if (ours) await rm(folder, { recursive: true, force: true });
}

async function passwordIn(folder: string): Promise<{ password: string }> {
  return { password: (await readFile(passwordFile(folder), 'utf8')).trim() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
