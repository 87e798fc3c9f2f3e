import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './errors.js';

/** What `postmaster.pid` says about the server of a data folder. The later lines are written as it comes up. */
export interface PidFile {
  pid: number;
  /** Seconds since 1970, as text. With the pid it tells this server from every other one. */
  startedAt: string;
  port: number;
  /** Empty where the server listens on TCP only. */
  socketFolder: string;
  ready: boolean;
}

export const pidFilePath = (folder: string): string => join(folder, 'postmaster.pid');

/** The second file with the server's pid in it, beside its socket. */
export const socketLockPath = ({ socketFolder, port }: PidFile): string => join(socketFolder, `.s.PGSQL.${port}.lock`);

/** The pid file of the data folder; undefined when there is none, or only its first bytes so far. */
export async function readPidFile(folder: string): Promise<PidFile | undefined> {
  const [pid, , startedAt, port, socketFolder, , , status] = (await textOf(pidFilePath(folder))).split('\n');
  if (!Number(pid) || !startedAt) return undefined;
  return {
    pid: Math.abs(Number(pid)),
    startedAt,
    port: Number(port),
    socketFolder: socketFolder ?? '',
    ready: status?.trim() === 'ready',
  };
}

/** Whether the data folder still belongs to this very server, and not to one that was started after it. */
export async function isCurrent(folder: string, server: PidFile): Promise<boolean> {
  const current = await readPidFile(folder);
  return current?.pid === server.pid && current.startedAt === server.startedAt;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
