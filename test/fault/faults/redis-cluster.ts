import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../stage/until.js';
import { freePort } from './redis.js';

const run = promisify(execFile);
const MASTERS = 3;

/** A Redis Cluster of three masters, which share the slots. */
export class RedisCluster {
  private constructor(
    private readonly directory: string,
    private readonly ports: number[],
    private readonly servers: ChildProcess[],
  ) {}

  static async start(): Promise<RedisCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'messendger-cluster-'));
    const ports: number[] = [];
    const servers: ChildProcess[] = [];
    for (let index = 0; index < MASTERS; index += 1) {
      const [port, bus] = [await freePort(), await freePort()];
      ports.push(port);
      servers.push(launch(directory, port, bus));
    }
    const cluster = new RedisCluster(directory, ports, servers);
    await cluster.form();
    return cluster;
  }

  /** Of one of its masters each. */
  get urls(): string[] {
    return this.ports.map((port) => `redis://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    const exits = this.servers.map((server) => once(server, 'exit'));
    for (const server of this.servers) server.kill('SIGKILL');
    await Promise.all(exits);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Resolves when each of them takes the cluster for whole. */
  private async form(): Promise<void> {
    const say = (port: number, ...words: string[]) =>
      run('redis-cli', ['-p', String(port), ...words]).then(
        ({ stdout }) => stdout,
        () => '',
      );
    const all = (holds: (port: number) => Promise<boolean>) => async () =>
      (await Promise.all(this.ports.map(holds))).every(Boolean);
    await until(
      'three servers',
      all(async (port) => (await say(port, 'PING')).startsWith('PONG')),
    );
    const addresses = this.ports.map((port) => `127.0.0.1:${port}`);
    await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
    await until(
      'a cluster',
      all(async (port) => (await say(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok')),
    );
  }
}

function launch(directory: string, port: number, bus: number): ChildProcess {
  const options = {
    port,
    bind: '127.0.0.1',
    'cluster-enabled': 'yes',
    'cluster-port': bus,
    'cluster-config-file': `nodes-${port}.conf`,
    save: '',
    dir: directory,
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return spawn('redis-server', words, { stdio: 'ignore' });
}
