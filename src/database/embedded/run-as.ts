import { execFile, type ExecFileOptions } from 'node:child_process';
import { chown, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, messageOf } from './errors.js';

/**
 * Who runs PostgreSQL, which refuses root. Without ids it is the user of this process; `prefix` is a command to put
 * before the program; `owner` is whom the files must belong to, when root is here to give them away.
 */
export interface Account {
  ids?: { uid: number; gid: number };
  prefix: string[];
  owner?: { uid: number; gid: number };
}

/** "nobody" nearly everywhere. Only the number counts: the user need not exist. */
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Inside a user namespace of its own, one's files belong to nobody, as whom PostgreSQL consents to run, and whom the
 * user database knows by name, as initdb demands.
 */
const NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`, '--'];

const ROOT_IN_NAMESPACE: Account = { prefix: NAMESPACE, owner: { uid: 0, gid: 0 } };

/** The same account, under a name. Containers like to run as users that exist as numbers only. */
export const underAName = (account: Account): Account => ({ ...account, prefix: NAMESPACE });

/**
 * The account to run PostgreSQL as. Root becomes the user who owns the data, or nobody for new data; where that user
 * can't reach the files (a project under /root), root goes into a user namespace.
 *
 * @throws when none of these can run the program and reach the folder, or the data is someone else's.
 */
export async function chooseAccount(postgres: string, dataDir: string, dataFolder: string): Promise<Account> {
  const owner = await ownerOf(dataFolder);
  const self = process.getuid?.();
  if (self !== 0) {
    if (self !== undefined && owner && owner.uid !== self) {
      throw new Error(`The data folder ${dataFolder} belongs to user ${owner.uid}, but Messendger runs as ${self}.`);
    }
    await reach({ prefix: [] }, postgres, dataDir);
    return { prefix: [] };
  }
  const ids = owner && owner.uid !== 0 ? owner : NOBODY;
  return firstThatReaches([{ ids, prefix: [], owner: ids }, ROOT_IN_NAMESPACE], postgres, dataDir);
}

/** The command line and the spawn options that run a program as the account. */
export function commandAs(account: Account, program: string, args: string[]): [string, string[]] {
  const [command = program, ...rest] = [...account.prefix, program, ...args];
  return [command, rest];
}

/** Gives the folder and all in it to the account, if it isn't its own yet. */
export async function giveTo(account: Account, path: string): Promise<void> {
  const { owner } = account;
  const current = await lstat(path);
  if (!owner || current.uid === owner.uid) return;
  if (current.isDirectory()) {
    for (const name of await readdir(path)) await giveTo(account, join(path, name));
  }
  if (!current.isSymbolicLink()) await chown(path, owner.uid, owner.gid); // Last, so that a broken attempt is repeated.
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(folder);
    return { uid, gid };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`The data folder ${folder} can't be read: ${messageOf(error)}`, { cause: error });
  }
}

async function firstThatReaches(accounts: Account[], postgres: string, dataDir: string): Promise<Account> {
  const reasons: string[] = [];
  for (const account of accounts) {
    try {
      await reach(account, postgres, dataDir);
      return account;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and no other account reaches both ${dataDir} and ${postgres} ` +
      `(${reasons.join('; ')}): run Messendger as another user, or set DATABASE_URL.`,
  );
}

/** Tries the account: it must get into the folder and run the program with its libraries. */
async function reach(account: Account, postgres: string, dataDir: string): Promise<void> {
  const test: [string, string[]] =
    process.platform === 'win32'
      ? [postgres, ['--version']]
      : commandAs(account, '/bin/sh', ['-c', 'cd "$0" && exec "$1" --version', dataDir, postgres]);
  const options: ExecFileOptions = { ...account.ids, windowsHide: true };
  try {
    await promisify(execFile)(...test, options);
  } catch (error) {
    const lines = messageOf(error).trim().split('\n');
    throw new Error(`PostgreSQL can't be run: ${lines.at(-1)}${libcHint()}`, { cause: error });
  }
}

/** The binaries need glibc; on another libc (Alpine) the system's own words for that are "not found". */
function libcHint(): string {
  if (process.platform !== 'linux') return '';
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ? '' : ' (it needs glibc, which this system does not have)';
}
