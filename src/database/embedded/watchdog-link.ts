import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { parse } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './environment.js';
import type { ServerPlan } from './postmaster.js';

const SCRIPT = fileURLToPath(new URL('./watchdog.js', import.meta.url));
const DISMISSAL_MS = 5_000;

/** The application's end of the pipe to the watchdog, which is started again should it ever end. */
export class WatchdogLink {
  private child: ChildProcess | undefined;
  private watched: number | undefined;
  private dismissed = false;

  private constructor(
    private readonly plan: ServerPlan,
    private readonly log: (line: string) => void,
  ) {}

  static async start(plan: ServerPlan, log: (line: string) => void): Promise<WatchdogLink> {
    const link = new WatchdogLink(plan, log);
    await link.spawn();
    return link;
  }

  /** Tells the watchdog which process it has to end when this one is gone. */
  watch(pid: number): void {
    this.watched = pid;
    this.child?.stdin?.write(`watch ${pid}\n`);
  }

  /** Ends the watchdog, when there is nothing left to watch. */
  async dismiss(): Promise<void> {
    this.dismissed = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end('done\n');
    await Promise.race([exited, delay(DISMISSAL_MS, undefined, { ref: false })]);
  }

  private async spawn(): Promise<void> {
    const log = await open(this.plan.logFile, 'a', 0o600);
    const child = spawn(process.execPath, [SCRIPT, this.plan.folder, this.plan.binaries.pgCtl], {
      cwd: parse(this.plan.folder).root, // Not to hold a folder that someone wants to unmount.
      detached: true,
      windowsHide: true,
      env: cleanEnvironment(),
      stdio: ['pipe', log.fd, log.fd],
    });
    this.child = child;
    child.stdin?.on('error', () => undefined); // Its end is reported by the next two.
    child.once('error', (error) => this.replace(error.message));
    child.once('exit', (code, signal) => this.replace(String(signal ?? code)));
    if (this.watched !== undefined) this.watch(this.watched);
    await log.close();
  }

  private replace(reason: string): void {
    if (this.dismissed) return;
    this.log(`The watchdog of PostgreSQL has ended (${reason}): starting another`);
    void delay(1_000).then(() => (this.dismissed ? undefined : this.spawn()));
  }
}
