import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedApp, isRunning, serverOn, until } from '../support/embedded-app.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('The embedded PostgreSQL', () => {
  let home: string;
  let dataDir: string;
  let processes: ChildProcess[];

  beforeEach(async () => {
    home = await newFolder();
    dataDir = join(home, 'data');
    processes = [];
  });

  afterEach(async () => {
    for (const child of processes) {
      if (child.pid && (await isRunning(child.pid))) child.kill('SIGKILL');
    }
    await endServer(dataDir);
    await rm(home, { recursive: true, force: true });
  });

  it('makes its data on the first start, keeps it over a stop, and leaves no process behind', async () => {
    const first = await start();
    const [server, watchdog] = [await first.server(), await first.watchdog()];
    const row = await write(first);
    await first.end('SIGTERM');
    expect(await Promise.all([server, watchdog].map(isRunning))).toEqual([false, false]);

    expect(await read(await start())).toContainEqual(row);
  });

  it('flushes every commit, has checksums, compares text by code point, and takes no connection from the network', async () => {
    const app = await start();
    const settings = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses'];
    const values = await app.query(`SELECT ${settings.map((name) => `current_setting('${name}') AS ${name}`).join()}`);
    expect(values).toEqual([
      { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', data_checksums: 'on', listen_addresses: '' },
    ]);
    expect(
      await app.query(`SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) AS encoding, rolsuper
                       FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`),
    ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8', rolsuper: false }]);
  });

  it('lets one of two applications that start at once on a new folder have it', async () => {
    const apps = [launch(), launch()];
    const outcomes = await Promise.all(apps.map((app) => app.started()));
    expect(outcomes.filter((outcome) => outcome.url)).toHaveLength(1);
    expect(outcomes.find((outcome) => outcome.error)?.error).toContain('in use by another Messendger');
    const winner = apps.find((app) => app.url);
    expect(await winner?.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('removes what a first start that was killed has left half made', async () => {
    const broken = launch();
    await until(async () => (await readdir(dataDir).catch(() => [])).find((name) => name.startsWith('postgres.new')));
    await broken.end('SIGKILL');
    expect(await readdir(dataDir)).not.toContain('postgres');

    await start();
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('refuses data of another major version', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true, mode: 0o755 });
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    expect((await launch().started()).error).toMatch(/postgres was made by PostgreSQL 17, and this is PostgreSQL \d+/);
  });

  it('refuses a folder that holds other files, and leaves them alone', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'diary.txt'), 'mine');
    expect((await launch().started()).error).toContain('it holds files that are not PostgreSQL data');
    expect(await readdir(join(dataDir, 'postgres'))).toEqual(['diary.txt']);
  });

  it('works in a folder with a name too long for a socket, and removes the socket that it put elsewhere', async () => {
    dataDir = join(home, 'a, long "name" '.repeat(10));
    const app = await start();
    const socketFolder = new URL(app.url).searchParams.get('host') ?? '';
    const row = await write(app);
    expect((await stat(socketFolder)).mode & 0o777).toBe(0o700);
    await app.end('SIGTERM');
    await expect(stat(socketFolder)).rejects.toThrow('ENOENT');

    const next = await start();
    expect(await read(next)).toContainEqual(row);
    await next.end('SIGTERM');
  });

  asRoot('runs for root in a folder that root alone can reach', async () => {
    await chmod(home, 0o700);
    const app = await start();
    const row = await write(app);
    await app.end('SIGKILL');
    expect(await read(await start())).toContainEqual(row);
  });

  asRoot('runs for any user, and for root on the data of that user, who keeps it', async () => {
    const user = { uid: 1001, gid: 1001 };
    await mkdir(dataDir);
    await chown(dataDir, user.uid, user.gid);
    const rows: unknown[] = [];
    for (const options of [user, {}, user]) {
      const app = await start(options);
      rows.push(await write(app));
      await app.end('SIGTERM');
    }
    expect(await read(await start(user))).toEqual(rows);
  });

  describe('on data that is there', () => {
    let kept: string;
    let logStart: number;

    beforeAll(async () => {
      kept = await newFolder();
      const app = EmbeddedApp.launch(join(kept, 'data'));
      await app.started();
      await app.end('SIGTERM');
    });

    afterAll(() => rm(kept, { recursive: true, force: true }));

    beforeEach(async () => {
      dataDir = join(kept, 'data');
      logStart = (await stat(join(dataDir, 'postgres.log'))).size;
    });

    it('is shut down cleanly when its application is killed, and keeps what was committed', async () => {
      const app = await start();
      const row = await write(app);
      const server = await app.server();
      await app.end('SIGKILL');
      await until(async () => !(await isRunning(server)));
      expect(await serverOn(dataDir)).toBeUndefined();
      expect(await log()).toMatch(/database system is shut down\n$/);

      expect(await read(await start())).toContainEqual(row);
    });

    it('comes back by itself when it is killed, and ends with its application also then', async () => {
      const app = await start();
      const row = await write(app);
      const killed = await app.server();
      process.kill(killed, 'SIGKILL');
      await app.logged(/running again/);
      expect(await read(app)).toContainEqual(row);

      const server = await app.server();
      expect(server).not.toBe(killed);
      expect((await launch().started()).error).toContain(`${dataDir}/postgres is in use by another Messendger`);
      await app.end('SIGKILL');
      await until(async () => !(await isRunning(server)));
    });

    it('recovers when it was killed together with its application', async () => {
      const app = await start();
      const row = await write(app);
      process.kill(await app.server(), 'SIGKILL');
      await app.end('SIGKILL');

      expect(await read(await start())).toContainEqual(row);
    });

    it('refuses a second application, which does not disturb the first, even when its lock had to be taken again', async () => {
      const app = await start();
      const server = await app.server();
      const owner = async () =>
        (await app.query(`SELECT pid FROM pg_stat_activity WHERE application_name = 'messendger-owner'`))[0]?.pid;
      const before = await owner();
      process.kill(Number(before), 'SIGTERM');
      await until(async () => ![before, undefined].includes(await owner()));

      const second = launch();
      expect(await second.started()).toEqual({
        error: `The data folder ${dataDir}/postgres is in use by another Messendger (its PostgreSQL has pid ${server}).`,
      });
      await until(() => second.process.exitCode !== null);
      expect(await app.server()).toBe(server);
      expect(await app.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('is stopped and started anew when it lost its application and the watchdog too', async () => {
      const app = await start();
      const row = await write(app);
      const [server, watchdog] = [await app.server(), await app.watchdog()];
      process.kill(watchdog, 'SIGKILL');
      await app.end('SIGKILL');
      expect(await isRunning(server)).toBe(true);

      const next = await start();
      expect(await read(next)).toContainEqual(row);
      expect(await isRunning(server)).toBe(false);
      expect(await log()).not.toContain('was interrupted');
    });

    it('is never stopped by the watchdog of an application before', async () => {
      const app = await start();
      const watchdog = await app.watchdog();
      process.kill(watchdog, 'SIGSTOP');
      await app.end('SIGKILL');

      const next = await start();
      const server = await next.server();
      process.kill(watchdog, 'SIGCONT');
      await until(async () => !(await isRunning(watchdog)));
      expect(await next.server()).toBe(server);
      expect(await next.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('gets another watchdog when that is killed', async () => {
      const app = await start();
      process.kill(await app.watchdog(), 'SIGKILL');
      await app.logged(/watchdog.*starting another/);
      await until(() => app.watchdog().catch(() => undefined));
      const server = await app.server();
      await app.end('SIGKILL');
      await until(async () => !(await isRunning(server)));
    });

    it('does not hear the Ctrl-C that its application gets, so that the application can drain', async () => {
      const app = await start({ detached: true });
      const exited = until(() => app.process.exitCode !== null);
      process.kill(-(app.process.pid ?? 0), 'SIGINT');
      await exited;
      expect(app.reports).toContainEqual({ drained: true });
      expect(await serverOn(dataDir)).toBeUndefined();
    });

    it('starts although the pid in a stale pid file is that of another program by now', async () => {
      const app = await start();
      const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
      const lines = (await readFile(pidFile, 'utf8')).split('\n');
      await app.end('SIGTERM');
      const stranger = spawn('sleep', ['60'], await ownerOf(dataDir));
      processes.push(stranger);
      await writeFile(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'), { mode: 0o600 });

      await start();
      expect(await isRunning(stranger.pid ?? 0)).toBe(true);
    });

    const log = async () => (await readFile(join(dataDir, 'postgres.log'))).subarray(logStart).toString();
  });

  function launch(options = {}): EmbeddedApp {
    const app = EmbeddedApp.launch(dataDir, options);
    processes.push(app.process);
    return app;
  }

  async function start(options = {}): Promise<EmbeddedApp> {
    const app = launch(options);
    const { error } = await app.started();
    if (error) throw new Error(error);
    return app;
  }

  /** Commits a row, and resolves with it. */
  async function write(app: EmbeddedApp): Promise<Record<string, unknown>> {
    const row = { text: randomUUID() };
    await app.query(`CREATE TABLE IF NOT EXISTS note (text text); INSERT INTO note VALUES ('${row.text}')`);
    return row;
  }

  const read = (app: EmbeddedApp) => app.query('SELECT text FROM note');
});

/** A temporary folder that other users can reach. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'messendger-embedded-'));
  await chmod(folder, 0o755);
  return folder;
}

async function ownerOf(dataDir: string): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  return { uid, gid };
}

/** Waits for the watchdog to stop the server that a test left, and ends it if none does. */
async function endServer(dataDir: string): Promise<void> {
  const pid = await serverOn(dataDir);
  if (!pid) return;
  await until(async () => !(await isRunning(pid))).catch(() => process.kill(pid, 'SIGKILL'));
}
