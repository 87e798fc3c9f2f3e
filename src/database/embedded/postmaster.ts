import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from './address.js';
import type { Binaries } from './binaries.js';
import { cleanEnvironment } from './environment.js';
import { readPidFile } from './pid-file.js';
import { sendSignal } from './processes.js';
import { type Account, commandAs } from './run-as.js';

/** All that it takes to start the server of a data folder. */
export interface ServerPlan {
  binaries: Binaries;
  account: Account;
  folder: string;
  address: Address;
  logFile: string;
}

/** The server did not come up. */
export class StartFailure extends Error {
  /** Whether someone else has, or still had, the folder: worth looking again who that is. */
  readonly contended: boolean;

  constructor(reason: string) {
    super(`PostgreSQL did not start: ${reason}`);
    this.contended = /^lock file "|pre-existing shared memory/.test(reason);
  }
}

const FAST_SHUTDOWN_MS = 60_000;
const LOG_LIMIT = 10 * 1024 * 1024;

/** The main process of a running PostgreSQL that we started. */
export class Postmaster {
  /** Resolves, with what is known about it, when the process has ended. */
  readonly exited: Promise<string>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly plan: ServerPlan,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
  }

  /**
   * Starts the server and waits until it takes connections, however long its recovery needs. `onSpawn` learns the pid
   * as soon as there is one.
   *
   * @throws StartFailure when it ends instead, with the reason from its log.
   */
  static async start(plan: ServerPlan, onSpawn: (pid: number) => void): Promise<Postmaster> {
    await rotate(plan.logFile);
    const log = await open(plan.logFile, 'a', 0o600);
    try {
      const { size } = await log.stat();
      if (plan.account.owner) await log.chown(plan.account.owner.uid, plan.account.owner.gid);
      const server = new Postmaster(spawnDetached(plan, log.fd), plan);
      if (server.child.pid !== undefined) onSpawn(server.child.pid);
      await server.ready(size);
      return server;
    } finally {
      await log.close();
    }
  }

  /** Ends all sessions, writes a checkpoint, and resolves once the process is gone. */
  async stop(): Promise<void> {
    const pid = this.child.pid;
    if (pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    await sendSignal(pid, 'SIGINT', this.plan.binaries.pgCtl);
    if (await this.exitsWithin(FAST_SHUTDOWN_MS)) return;
    await sendSignal(pid, 'SIGQUIT', this.plan.binaries.pgCtl); // Safe too: the next start recovers.
    await this.exited;
  }

  private async ready(logOffset: number): Promise<void> {
    for (;;) {
      const state = await readPidFile(this.plan.folder);
      if (state?.ready && state.pid === this.child.pid) return;
      if (await this.exitsWithin(15)) throw new StartFailure(await this.reason(logOffset));
    }
  }

  private async exitsWithin(ms: number): Promise<boolean> {
    const timeout = new AbortController();
    const late = delay(ms, false, { signal: timeout.signal }).catch(() => false);
    const exited = await Promise.race([this.exited.then(() => true), late]);
    timeout.abort();
    return exited;
  }

  private async reason(logOffset: number): Promise<string> {
    const log = (await readFile(this.plan.logFile)).subarray(logOffset).toString();
    const messages = [...log.matchAll(/\[(\d+)\] (?:FATAL|PANIC):\s+(.*)/g)];
    // Whoever asked for a connection too early was refused with a FATAL too, and others may write to the same log.
    const mine = messages.find(([, pid]) => Number(pid) === this.child.pid);
    const childs = messages.find(([, , text]) => !text?.startsWith('the database system is '));
    return (mine ?? childs)?.[2] ?? log.trim().split('\n').at(-1) ?? (await this.exited);
  }
}

/** In a process group of its own: a Ctrl-C on the terminal must reach the application only, which drains first. */
function spawnDetached({ binaries, account, folder, address }: ServerPlan, log: number): ChildProcess {
  const onSocket = process.platform !== 'win32';
  const settings = {
    listen_addresses: onSocket ? '' : address.host,
    // A list: quoted, a comma or a space in the path is part of it.
    unix_socket_directories: onSocket ? `"${address.host.replaceAll('"', '""')}"` : '',
    unix_socket_permissions: '0700',
    port: address.port,
    // What durability rests on is not to be lost by an edit of postgresql.conf.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    lc_messages: 'C',
  };
  const args = ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  return spawn(...commandAs(account, binaries.postgres, args), {
    ...account.ids,
    detached: true,
    windowsHide: true,
    env: cleanEnvironment(),
    stdio: ['ignore', log, log],
  });
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await rename(logFile, `${logFile}.1`);
}
