import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

interface Report {
  url?: string;
  error?: string;
  log?: string;
  drained?: boolean;
}

const DRIVER = join(import.meta.dirname, 'embedded-driver.js');

/** An application on an embedded PostgreSQL, in a process of its own. */
export class EmbeddedApp {
  readonly reports: Report[] = [];

  private constructor(
    readonly dataDir: string,
    readonly process: ChildProcess,
  ) {
    process.on('message', (report: Report) => this.reports.push(report));
  }

  /** Begins a start; `options` may name another user, or a process group of its own. */
  static launch(dataDir: string, options: { uid?: number; gid?: number; detached?: boolean } = {}): EmbeddedApp {
    return new EmbeddedApp(dataDir, fork(DRIVER, [dataDir], { execArgv: [], ...options }));
  }

  /** Its connection URL, or the error that it ended with. */
  async started(): Promise<Report> {
    return until(() => this.reports.find((report) => report.url ?? report.error));
  }

  get url(): string {
    return this.reports.find((report) => report.url)?.url ?? '';
  }

  async logged(pattern: RegExp): Promise<unknown> {
    return until(() => this.reports.find((report) => pattern.test(report.log ?? '')));
  }

  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    await exited;
  }

  /** The pid of its PostgreSQL. */
  async server(): Promise<number> {
    return serverOn(this.dataDir).then((pid) => pid ?? Promise.reject(new Error('no PostgreSQL runs')));
  }

  /** The pid of the process that outlives the application, to stop its PostgreSQL. */
  async watchdog(): Promise<number> {
    const children = await readFile(`/proc/${this.process.pid}/task/${this.process.pid}/children`, 'utf8');
    for (const pid of children.trim().split(' ').map(Number)) {
      if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('watchdog.js')) return pid;
    }
    throw new Error('no watchdog runs');
  }
}

/** The pid in the folder's pid file, which a clean shutdown removes. */
export async function serverOn(dataDir: string): Promise<number | undefined> {
  const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  return Number.parseInt(file) || undefined;
}

/** Whether the process runs; one that ended and waits for its parent to notice does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/\) [ZX] [^)]*$/.test(status);
}

/** The first truthy value of `probe`, which is asked again and again for up to 20 seconds. */
export async function until<T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(20)) {
    const value = await probe();
    if (value) return value;
  }
  throw new Error(`Waited in vain for ${probe.toString()}`);
}
