import type { Client } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/all.js';
import { boundedClient } from './bounded-client.js';

/** Until the server ends a statement, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Until a connection that does not even say that is given up. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;

/** How the application connects. Every wait has a limit; times are in milliseconds. */
export function dataSourceOptions(url: string, poolSize: number): DataSourceOptions {
  const options = unboundedOptions(url, poolSize);
  return { ...options, extra: { ...options.extra, Client: boundedClient(ANSWER_TIMEOUT_MS) } };
}

/** The same for migrations, which may take as long as they need. */
export function unboundedOptions(url: string, poolSize: number) {
  return {
    type: 'postgres',
    migrations,
    migrationsTableName: 'migrations',
    installExtensions: false,
    poolSize,
    // bigint as number: seqs and revisions stay below 2^53.
    parseInt8: true,
    applicationName: 'messendger',
    extra: {
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: 4_000,
      // A process that stands still in the middle of a transaction holds the locks of its group no longer.
      idle_in_transaction_session_timeout: 2_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // Every query has an index. A plan made for a small table, where a scan is cheaper, would stay when it has grown.
      options: '-c enable_seqscan=off -c jit=off',
      onConnect: outliveItsEnd,
    },
    // A connection that breaks while idle is replaced by the pool; the next query reports what is wrong.
    poolErrorHandler: () => undefined,
  } satisfies DataSourceOptions;
}

/**
 * The pool takes its error listener off a connection that it gives away, and TypeORM puts its own on a moment later. A
 * connection that ends in between would end the process. Whoever was given it is told by the next query.
 */
function outliveItsEnd(client: Client): void {
  client.on('error', () => undefined);
}
