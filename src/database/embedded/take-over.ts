import { rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { addressOf } from './address.js';
import { codeOf, messageOf } from './errors.js';
import { isFinalRefusal, lockWithPatience } from './owner-lock.js';
import { isCurrent, type PidFile, pidFilePath, readPidFile, socketLockPath } from './pid-file.js';
import { isAlive, isPostgresOn, sendSignal } from './processes.js';

/** How long a server that is starting, recovering or shutting down may take to make up its mind. */
const PATIENCE_MS = 5 * 60_000;
/** How long a server that lost its application gets to end its sessions and write a checkpoint. */
const FAST_SHUTDOWN_MS = 60_000;
/** A pid file is written in one go, so that one which has stayed unreadable for so long is what a power cut has left. */
const TORN_FILE_MS = 10_000;

/**
 * Resolves once no server runs on the data folder. A server that lost its application is stopped cleanly; one that has
 * its application is left alone.
 *
 * @throws when another Messendger owns the running server, or the server can't be stopped from here.
 */
export async function takeOver(folder: string, pgCtl: string, log: (line: string) => void): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 500)) {
    const server = await readPidFile(folder);
    if (!server) return removeTornPidFile(folder);
    const state = await ask(folder, server);
    if (state === 'gone') return removeStrangersPidFile(folder);
    if (state !== 'busy') {
      log(`PostgreSQL (pid ${server.pid}) was left behind by a Messendger that ended: stopping it first`);
      await stopOrphan(state, folder, server, pgCtl);
    }
    if (Date.now() > deadline) {
      throw new Error(`PostgreSQL (pid ${server.pid}) runs on ${folder} but neither answers nor ends: stop it first.`);
    }
    await delay(pause);
  }
}

/**
 * Removes a pid file whose number now belongs to some other program, or to a zombie, which PostgreSQL can't tell from a
 * server of its own. The file of a process that is gone stays: PostgreSQL deals with it, and looks for its backends.
 */
export async function removeStrangersPidFile(folder: string): Promise<void> {
  const server = await readPidFile(folder);
  if (!server || !exists(server.pid) || (await isPostgresOn(folder, server.pid))) return;
  if (!(await isCurrent(folder, server))) return;
  if (server.socketFolder) await rm(socketLockPath(server), { force: true });
  await rm(pidFilePath(folder), { force: true });
}

async function removeTornPidFile(folder: string): Promise<void> {
  const file = await stat(pidFilePath(folder)).catch(() => undefined);
  if (file && Date.now() - file.mtimeMs > TORN_FILE_MS) await rm(pidFilePath(folder), { force: true });
}

/**
 * The connection that holds the owner's lock when nobody else does; `gone` when there is no such server. The socket is
 * asked before the process table, which says nothing about servers in other containers on the same volume.
 */
async function ask(folder: string, server: PidFile): Promise<pg.Client | 'busy' | 'gone'> {
  try {
    const address = await addressOf(folder, server);
    const connection = address && (await lockWithPatience(address));
    if (connection) return connection;
    if (!address) return (await isPostgresOn(folder, server.pid)) ? 'busy' : 'gone';
  } catch (error) {
    if (isFinalRefusal(error)) {
      throw new Error(`PostgreSQL on ${folder} can't be asked whose it is: ${messageOf(error)}`, { cause: error });
    }
    const nobodyListens = ['ENOENT', 'ECONNREFUSED'].includes(codeOf(error) ?? '');
    return nobodyListens && !(await isPostgresOn(folder, server.pid)) ? 'gone' : 'busy';
  }
  throw new Error(`The data folder ${folder} is in use by another Messendger (its PostgreSQL has pid ${server.pid}).`);
}

async function stopOrphan(connection: pg.Client, folder: string, server: PidFile, pgCtl: string): Promise<void> {
  try {
    if (!(await isPostgresOn(folder, server.pid))) {
      throw new Error(`The data folder ${folder} is in use by a PostgreSQL in another container: stop that one first.`);
    }
    await sendSignal(server.pid, 'SIGINT', pgCtl);
    if (!(await ends(server.pid, FAST_SHUTDOWN_MS)) && (await isCurrent(folder, server))) {
      await sendSignal(server.pid, 'SIGQUIT', pgCtl);
    }
  } finally {
    await connection.end().catch(() => undefined);
  }
}

async function ends(pid: number, patience: number): Promise<boolean> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(20)) {
    if (!(await isAlive(pid))) return true;
  }
  return false;
}

/** PostgreSQL's own check, to which a zombie is alive. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
