import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, chooseAddress, recordAddress, releaseAddress, urlOf } from './address.js';
import { findBinaries } from './binaries.js';
import { ensureDataFolder } from './data-folder.js';
import { ensureDatabase } from './database.js';
import { messageOf } from './errors.js';
import { isFinalRefusal, lockWithPatience, OwnerLock } from './owner-lock.js';
import { Postmaster, type ServerPlan, StartFailure } from './postmaster.js';
import { chooseAccount, giveTo } from './run-as.js';
import { Supervisor } from './supervisor.js';
import { takeOver } from './take-over.js';
import { WatchdogLink } from './watchdog-link.js';

/** How long two that start at once may contend, or left-over backends of a crash hold the shared memory. */
const CONTENTION_MS = 60_000;

type Log = (line: string) => void;

/**
 * A PostgreSQL of the application's own: made on the first start, restarted when it ends unexpectedly, stopped cleanly
 * when the application ends in whatever way, and never shared with a second application.
 */
export class EmbeddedPostgres {
  /** For pg's `connectionString`: the database "messendger", as its owner. */
  readonly url: string;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly address: Address,
    private readonly supervisor: Supervisor,
    private readonly lock: OwnerLock,
    private readonly watchdog: WatchdogLink,
  ) {
    this.url = urlOf(address);
  }

  /**
   * Starts (first making, if needed) the PostgreSQL whose data lives in `<dataDir>/postgres`. `log` gets a line for each
   * unexpected event; PostgreSQL's own log is `<dataDir>/postgres.log`.
   *
   * @throws with a message of one line that says what to do: the folder is in use by another Messendger, can't be
   * written, or is of another version; there are no binaries for this platform; no account can run them; the disk is full.
   */
  static async start(dataDir: string, log: Log = () => undefined): Promise<EmbeddedPostgres> {
    const plan = await prepare(dataDir);
    const watchdog = await WatchdogLink.start(plan, log);
    const { server, lock } = await launch(plan, watchdog, log).catch(async (error: unknown) => {
      await watchdog.dismiss();
      await releaseAddress(plan.address);
      throw error;
    });
    const postgres = new EmbeddedPostgres(plan.address, new Supervisor(server, plan, watchdog, log), lock, watchdog);
    try {
      await ensureDatabase(lock.connection, plan.address);
      await recordAddress(dirname(plan.folder), plan.address);
      return postgres;
    } catch (error) {
      await postgres.stop();
      throw new Error(`The database "messendger" can't be made: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Ends all sessions and stops the server; resolves once its process is gone. May be called again. */
  async stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    await this.lock.release();
    await this.supervisor.stop();
    await this.watchdog.dismiss();
    await releaseAddress(this.address);
  }
}

async function prepare(dataDir: string): Promise<ServerPlan> {
  const binaries = await findBinaries();
  const home = await openFolder(resolve(dataDir));
  const account = await chooseAccount(binaries.postgres, home, join(home, 'postgres'));
  const folder = await ensureDataFolder(home, binaries, account);
  return {
    binaries,
    account,
    folder,
    address: await chooseAddress(folder, account),
    logFile: join(home, 'postgres.log'),
  };
}

async function openFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    return await realpath(path);
  } catch (error) {
    throw new Error(`The data folder ${path} can't be made: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * A server with its owner's lock. Several applications may do this at once: PostgreSQL's own pid file lets one server
 * start, and the lock decides whose that is.
 */
async function launch(
  plan: ServerPlan,
  watchdog: WatchdogLink,
  log: Log,
): Promise<{ server: Postmaster; lock: OwnerLock }> {
  const deadline = Date.now() + CONTENTION_MS;
  for (;;) {
    await takeOver(plan.folder, plan.binaries.pgCtl, log);
    await giveTo(plan.account, plan.folder); // Not before: a server that runs would lose its files.
    const attempt = await startAndLock(plan, watchdog, log).catch((error: unknown) => {
      const contended = error instanceof StartFailure && error.contended;
      if (!contended || Date.now() > deadline) throw error;
    });
    if (attempt) return attempt;
    await delay(100);
  }
}

/** Undefined when another that starts just now took our server for an orphan: it stops it, and starts its own. */
async function startAndLock(
  plan: ServerPlan,
  watchdog: WatchdogLink,
  log: Log,
): Promise<{ server: Postmaster; lock: OwnerLock } | undefined> {
  const server = await Postmaster.start(plan, (pid) => watchdog.watch(pid));
  try {
    const connection = await lockWithPatience(plan.address);
    if (connection) return { server, lock: new OwnerLock(connection, plan.address, log) };
    await server.stop();
  } catch (error) {
    await server.stop();
    if (isFinalRefusal(error)) throw error;
  }
  return undefined;
}
