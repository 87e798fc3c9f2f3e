import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from './errors.js';

const run = promisify(execFile);

/** Whether the process runs. One that ended and was never collected by its parent (a zombie) does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/\) [ZX] [^)]*$/.test(status);
}

/**
 * Whether the process may be a PostgreSQL on this data folder. In doubt the answer is yes: taking a stranger for ours
 * costs a clear error, taking ours for a stranger could cost the data.
 */
export async function isPostgresOn(folder: string, pid: number): Promise<boolean> {
  if (!(await isAlive(pid)) || !/^postgres(\.exe)?$/i.test(await nameOf(pid))) return false;
  if (process.platform !== 'linux') return true;
  try {
    const [itsFolder, ours] = await Promise.all([stat(`/proc/${pid}/cwd/`), stat(folder)]);
    return itsFolder.dev === ours.dev && itsFolder.ino === ours.ino;
  } catch {
    return true; // Not ours to look at, as for root without CAP_SYS_PTRACE.
  }
}

/** Sends the signal. Windows has no signals: there PostgreSQL listens on a pipe, which its pg_ctl knows to address. */
export async function sendSignal(pid: number, signal: 'SIGINT' | 'SIGQUIT', pgCtl: string): Promise<void> {
  try {
    if (process.platform === 'win32') await run(pgCtl, ['kill', signal.slice(3), String(pid)], { windowsHide: true });
    else process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) === 'EPERM') throw error;
    // Otherwise it is gone already, which is what the signal was for.
  }
}

async function nameOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  const [command, args] =
    process.platform === 'win32'
      ? ['tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']]
      : ['ps', ['-p', String(pid), '-o', 'comm=']];
  const { stdout } = await run(command, args, { windowsHide: true }).catch(() => ({ stdout: '' }));
  return process.platform === 'win32' ? (/^"([^"]+)"/m.exec(stdout)?.[1] ?? '') : basename(stdout.trim());
}
