/**
 * A program of its own, started by watchdog-link.ts: it ends a PostgreSQL whose application was killed. Its standard
 * input is a pipe from the application, so its end is the application's end, however that came.
 *
 * Input: `watch <pid>` at every start of the server, `done` when the server was stopped.
 * Arguments: the data folder, the path of pg_ctl.
 *
 * It imports nothing but Node and its neighbours, to stay small: it runs for as long as the application.
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isCurrent, type PidFile, readPidFile } from './pid-file.js';
import { isAlive, sendSignal } from './processes.js';

const PID_FILE_MS = 10_000;
const FAST_SHUTDOWN_MS = 60_000;
const POLL_MS = 50;

const [, , folder = '', pgCtl = ''] = process.argv;

// A service manager signals every process at once; this one has to outlive the application.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

let watched: number | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'done') process.exit();
  watched = Number(line.slice('watch '.length));
}
if (watched !== undefined) await stopOrphan(watched);

async function stopOrphan(pid: number): Promise<void> {
  const server = await serverOf(pid);
  if (!server) return;
  console.log(`The application of PostgreSQL ${pid} has ended: stopping PostgreSQL`);
  await sendSignal(pid, 'SIGINT', pgCtl);
  if (!(await endsWithin(server, FAST_SHUTDOWN_MS))) await sendSignal(pid, 'SIGQUIT', pgCtl);
}

/**
 * The server of this pid, or undefined if it is gone: then the folder, or even the pid, may already be that of another
 * application's server. One that was only just spawned takes a moment to write its pid file.
 */
async function serverOf(pid: number): Promise<PidFile | undefined> {
  for (const deadline = Date.now() + PID_FILE_MS; Date.now() < deadline; await delay(POLL_MS)) {
    const server = await readPidFile(folder);
    if (!(await isAlive(pid))) return undefined;
    if (server?.pid === pid) return server;
  }
  return undefined;
}

async function endsWithin(server: PidFile, patience: number): Promise<boolean> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(POLL_MS)) {
    if (!(await isCurrent(folder, server)) || !(await isAlive(server.pid))) return true;
  }
  return false;
}
