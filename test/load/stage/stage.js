import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Remote } from '../wire/rpc.js';

const DIST = new URL('../../../dist/src/', import.meta.url);
const PRELOAD = new URL('./in-server.js', import.meta.url).href;
const SHUTDOWN = 15_000;

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {() => Promise<number>} memoryInUse in bytes, once all garbage is collected
 *
 * @typedef {object} Database
 * @property {string} url
 * @property {number} pid of the postmaster, which serves the other databases too
 */

/** Everything that runs in a benchmark: one PostgreSQL, and the servers and generators of the scenario at hand. */
export class Stage {
  /** Known to the product and to whoever signs tokens for it. */
  secret = randomBytes(36).toString('base64');
  /** @type {(() => Promise<unknown>)[]} What ends what was started, the newest last. */ #closers = [];
  #closing = Promise.resolve();
  #databases = 0;

  /** @param {{ profile?: string }} options `profile`: a folder for CPU profiles of the product */
  static async open({ profile } = {}) {
    const { EmbeddedPostgres } = await import(new URL('database/embedded/embedded-postgres.js', DIST).href);
    const stage = new Stage();
    stage.profile = profile;
    stage.folder = await mkdtemp(join(tmpdir(), 'messendger-load-'));
    stage.#closers.push(() => rm(stage.folder, { recursive: true, force: true }));
    try {
      stage.postgres = await EmbeddedPostgres.start(stage.folder);
      stage.#closers.push(() => stage.postgres.stop());
      stage.postmaster = Number.parseInt(await readFile(join(stage.folder, 'postgres', 'postmaster.pid'), 'utf8'));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** Runs a scenario and ends what it started. @template T @param {() => Promise<T>} scenario */
  async scene(scenario) {
    const before = this.#closers.length;
    try {
      return await scenario();
    } finally {
      await this.#closeDownTo(before);
    }
  }

  async close() {
    await this.#closeDownTo(0);
  }

  /** A new empty database. @returns {Promise<Database>} */
  async database() {
    const name = `load_${++this.#databases}`;
    await query(this.postgres.url, `CREATE DATABASE ${name}`);
    this.#closers.push(() => query(this.postgres.url, `DROP DATABASE ${name}`));
    const url = new URL(this.postgres.url);
    url.pathname = `/${name}`;
    return { url: url.href, pid: this.postmaster };
  }

  /** The product as it is built, on this database. @param {Database} database */
  product(database) {
    const env = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: this.folder,
      DATABASE_URL: database.url,
      JWT_SECRET: this.secret,
      RATE_LIMITS: 'off',
    };
    const profiling = this.profile ? ['--cpu-prof', `--cpu-prof-dir=${this.profile}`] : [];
    return this.#server(fileURLToPath(new URL('main.js', DIST)), env, profiling);
  }

  /**
   * A server to compare with, one of `servers/`.
   *
   * @param {string} name
   * @param {Record<string, string>} env
   */
  rival(name, env = {}) {
    const file = fileURLToPath(new URL(`../servers/${name}.js`, import.meta.url));
    return this.#server(file, { NODE_ENV: 'production', ...env }, []);
  }

  /** A load generator, one of `generators/`. @param {string} name */
  generator(name) {
    const file = fileURLToPath(new URL(`../generators/${name}.js`, import.meta.url));
    const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#closers.push(() => end(child));
    return new Remote(child);
  }

  /**
   * Starts a server and waits for the line that tells its URL.
   *
   * @returns {Promise<Server>}
   */
  async #server(/** @type {string} */ file, /** @type {Record<string, string>} */ env, /** @type {string[]} */ args) {
    const child = fork(file, {
      cwd: this.folder, // Away from any .env file.
      env: { PATH: process.env.PATH, ...env },
      // Memory as `npm start` has it, for all alike.
      execArgv: ['--max-semi-space-size=64', '--expose-gc', '--import', PRELOAD, ...args],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#closers.push(() => end(child));
    const memoryInUse = async () => {
      child.send('memory');
      const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${file} has ended`)));
      ended.catch(() => undefined); // It ends some time, after the answer.
      return (await Promise.race([once(child, 'message'), ended]))[0];
    };
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => (output = (output + chunk).slice(-10_000));
    child.stderr.on('data', keep);
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${file} did not start (${code}):\n${output}`)));
      child.stdout.on('data', (chunk) => {
        keep(chunk);
        const url = /http:\/\/[\d.]+:\d+(?=\D)/.exec(output)?.[0];
        if (url) resolve({ url, pid: child.pid, memoryInUse });
      });
    });
  }

  /** Ends it in the reverse order, the newest first, one after the other, whatever fails. @param {number} count */
  #closeDownTo(count) {
    this.#closing = this.#closing.then(async () => {
      while (this.#closers.length > count) {
        await this.#closers
          .pop()()
          .catch((error) => console.error(`Could not end: ${error.message}`));
      }
    });
    return this.#closing;
  }
}

/**
 * One statement on a connection of its own.
 *
 * @param {string} url
 * @param {string} text
 * @param {unknown[]} [values]
 */
export async function query(url, text, values) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), SHUTDOWN);
  await exited;
  clearTimeout(deadline);
}
