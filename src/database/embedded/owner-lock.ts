import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Address, superuserConfig } from './address.js';
import { codeOf } from './errors.js';

/** Held by the application that owns the server. The number is arbitrary, and the same in every version. */
const LOCK = '5577006791947779410';

/** Whether PostgreSQL's refusal is one that asking again won't change: no such role, database or permission. */
export const isFinalRefusal = (error: unknown): boolean => /^(28|3D|42|EACCES|EPERM)/.test(codeOf(error) ?? '');

/** How long the lock of an application that was just killed may take to go. */
const PATIENCE_MS = 2_000;

/**
 * Connects and tries for the lock. Resolves with the connection that holds it, or undefined while another does.
 *
 * @throws what connecting throws.
 */
export async function tryLock(address: Address): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    ...superuserConfig(address),
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // The end of the connection is what counts, and that is another event.
  try {
    await client.connect();
    const { rows } = await client.query<{ granted: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS granted`);
    if (rows[0]?.granted) return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end().catch(() => undefined);
  return undefined;
}

/** Tries for the lock for as long as a killed application may still seem to hold it. */
export async function lockWithPatience(address: Address): Promise<pg.Client | undefined> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const client = await tryLock(address);
    if (client || Date.now() > deadline) return client;
    await delay(100);
  }
}

/** The lock, kept through restarts of the server: whenever its connection ends, a new one takes it again. */
export class OwnerLock {
  private readonly released = new AbortController();

  constructor(
    private client: pg.Client,
    private readonly address: Address,
    private readonly log: (line: string) => void,
  ) {
    this.keep();
  }

  /** The connection that holds the lock just now, for the manager's own few statements. */
  get connection(): pg.Client {
    return this.client;
  }

  /** Lets the lock go, and does not take it again. */
  async release(): Promise<void> {
    this.released.abort();
    await this.client.end().catch(() => undefined);
  }

  private keep(): void {
    this.client.once('end', () => void this.retake());
  }

  private async retake(): Promise<void> {
    let refused = false;
    for (let pause = 0; !this.released.signal.aborted; pause = Math.min(pause + 50, 1_000)) {
      const client = await tryLock(this.address).catch(() => 'unreachable' as const);
      if (client instanceof pg.Client) return this.adopt(client);
      if (client === undefined && !refused) this.log('Another Messendger has taken this data folder meanwhile');
      refused ||= client === undefined;
      await delay(pause, undefined, { signal: this.released.signal }).catch(() => undefined);
    }
  }

  private adopt(client: pg.Client): void {
    this.client = client;
    if (this.released.signal.aborted) void client.end().catch(() => undefined);
    else this.keep();
  }
}
