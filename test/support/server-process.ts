import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

/** The built server, or another build of it that MESSENDGER_MAIN names. */
const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = process.env.MESSENDGER_MAIN ?? join(ROOT, 'dist', 'src', 'main.js');
const READY = /the page is at (http:\/\/[^\s,"]+)/;
const PATIENCE = 25_000;

/** For `NODE_OPTIONS`: lets `retainedBytes` be asked. */
export const REPORTS_MEMORY = `--import=${pathToFileURL(join(import.meta.dirname, 'report-memory.js')).href}`;

/** How a process ended: one of the two is null. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What is set unless a test sets it: a free port, no `.env` of the developer. */
const DEFAULTS = { PORT: '0', HOST: '127.0.0.1', RATE_LIMITS: 'off' };

/** The built server in a process of its own, as `npm start` runs it. */
export class ServerProcess {
  /** Resolves when the process has ended. */
  readonly exited: Promise<Exit>;
  /** Where it serves; empty until it does. */
  url = '';
  private written = '';

  private constructor(private readonly child: ChildProcessByStdio<null, Readable, Readable>) {
    const collect = (chunk: Buffer) => (this.written += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    this.exited = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** Starts it and resolves once it serves. Rejects with what it wrote when it ends instead. */
  static async start(environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const server = ServerProcess.launch(environment);
    await server.ready();
    return server;
  }

  /** Begins a start. `environment` comes on top of PATH alone, so that no setting of the developer leaks in. */
  static launch(environment: NodeJS.ProcessEnv, cwd?: string): ServerProcess {
    return ServerProcess.spawn([process.execPath, MAIN], environment, cwd);
  }

  /** Starts it as the README says, by npm, whose process this is then. */
  static async startByNpm(environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const server = ServerProcess.spawn(['npm', 'start'], environment, ROOT);
    await server.ready();
    return server;
  }

  private static spawn([command = '', ...args]: string[], environment: NodeJS.ProcessEnv, cwd?: string): ServerProcess {
    const env = { PATH: process.env.PATH, ...DEFAULTS, ...environment };
    return new ServerProcess(spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Everything that it wrote so far, to both its outputs. */
  get output(): string {
    return this.written;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async ready(): Promise<void> {
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline && this.running; await delay(20)) {
      this.url = READY.exec(this.written)?.[1] ?? '';
      if (this.url) return;
    }
    if (this.running) this.signal('SIGKILL');
    await this.exited;
    throw new Error(`The server did not start:\n${this.written}`);
  }

  /** The bytes that it keeps once the garbage is collected. Needs `report-memory.js`, see `REPORTS_MEMORY`. */
  async retainedBytes(): Promise<number> {
    const before = this.memoryReports().length;
    this.signal('SIGUSR2');
    while (this.running && this.memoryReports().length === before) await delay(10);
    if (!this.running) throw new Error(`The server died:\n${this.written.slice(-2_000)}`);
    return Number(this.memoryReports().at(-1)![1]);
  }

  private memoryReports(): RegExpMatchArray[] {
    return [...this.written.matchAll(/^memory \d+: (\d+)$/gm)];
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Asks it to stop and resolves when it has. */
  async stop(): Promise<Exit> {
    if (this.running) this.signal('SIGTERM');
    return this.exited;
  }
}
