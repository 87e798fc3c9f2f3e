import { readFileSync } from 'node:fs';
import { ServerProcess } from '../../support/server-process.js';

/** As the kernel's list of connections says it. */
const ESTABLISHED = '01';

/** One node: a server process that is killed and started again at the same address. */
export class Node {
  /** Ended by the harness. */
  down = false;
  private crash: string | undefined;
  private written = '';

  private constructor(
    readonly name: string,
    private process: ServerProcess,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.watch();
  }

  static async start(name: string, environment: NodeJS.ProcessEnv): Promise<Node> {
    return new Node(name, await ServerProcess.start(environment), environment);
  }

  get url(): string {
    return this.process.url;
  }

  get running(): boolean {
    return this.process.running;
  }

  /** What went wrong in it by itself, if anything did. */
  get trouble(): string | undefined {
    const loud = /.*(?:uncaught|unhandled|TypeError|ReferenceError|out of memory).*/i.exec(this.output)?.[0];
    return this.crash ?? (loud === undefined ? undefined : `${this.name} wrote: ${loud}`);
  }

  /** Resident memory in bytes. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** Whether it still has the connection that comes from a port of this machine. */
  holds(port: number): boolean {
    const hex = (number: number | string) => Number(number).toString(16).toUpperCase().padStart(4, '0');
    const line = new RegExp(`:${hex(new URL(this.url).port)} [0-9A-F]+:${hex(port)} ${ESTABLISHED} `);
    return line.test(readFileSync('/proc/net/tcp', 'utf8'));
  }

  /** Everything that it wrote in all its lives. */
  get output(): string {
    return this.written + this.process.output;
  }

  async kill(): Promise<void> {
    this.down = true;
    this.process.signal('SIGKILL');
    await this.process.exited;
  }

  /** Lets it stand still, as a machine that is paused does, until it is thawed. */
  freeze(): void {
    this.process.signal('SIGSTOP');
  }

  thaw(): void {
    this.process.signal('SIGCONT');
  }

  /** By SIGTERM; answers with its exit code. */
  async stop(): Promise<number | null> {
    this.down = true;
    return (await this.process.stop()).code;
  }

  /** At the same address, as a supervisor does. */
  async startAgain(): Promise<void> {
    const { port } = new URL(this.url);
    this.written = this.output;
    this.process = await ServerProcess.start({ ...this.environment, PORT: port });
    this.down = false;
    this.watch();
  }

  private watch(): void {
    const { process } = this;
    void process.exited.then(({ code, signal }) => {
      if (this.down || this.process !== process) return;
      this.crash = `${this.name} ended by itself (${signal ?? code}): ${process.output.slice(-500)}`;
    });
  }
}
