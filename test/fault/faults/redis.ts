import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../stage/until.js';

/** A Redis of one's own, that keeps nothing on disk, to be killed, frozen and started again at the same port. */
export class Redis {
  private constructor(
    private readonly directory: string,
    private readonly port: number,
    private server: ChildProcess,
  ) {}

  static async start(): Promise<Redis> {
    const directory = await mkdtemp(join(tmpdir(), 'messendger-redis-'));
    const port = await freePort();
    const redis = new Redis(directory, port, launch(port, directory));
    await redis.answers();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const exited = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await exited;
  }

  async startAgain(): Promise<void> {
    this.server = launch(this.port, this.directory);
    await this.answers();
  }

  /** It accepts connections and answers nothing. */
  freeze(): void {
    this.server.kill('SIGSTOP');
  }

  thaw(): void {
    this.server.kill('SIGCONT');
  }

  /** How many clients it has, not counting the one that asks. */
  async clients(): Promise<number> {
    const answer = await this.ask('INFO clients\r\n');
    return Number(/connected_clients:(\d+)/.exec(answer)?.[1] ?? 1) - 1;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    await until('Redis', async () => (await this.ask('PING\r\n').catch(() => '')).startsWith('+PONG'));
  }

  private async ask(command: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.write(command);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    } finally {
      socket.destroy();
    }
  }
}

function launch(port: number, directory: string): ChildProcess {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  return spawn('redis-server', options, { stdio: 'ignore' });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
