import type { Client } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/all.js';

/** How the application and the migration command connect. Every wait has a limit; times are in milliseconds. */
export function dataSourceOptions(url: string, poolSize: number): DataSourceOptions {
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
      statement_timeout: 15_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 15_000,
      // Every query has an index. A plan made for a small table, where a scan is cheaper, would stay when it has grown.
      options: '-c enable_seqscan=off -c jit=off',
      onConnect: outliveItsEnd,
    },
    // A connection that breaks while idle is replaced by the pool; the next query reports what is wrong.
    poolErrorHandler: () => undefined,
  };
}

/**
 * The pool takes its error listener off a connection that it gives away, and TypeORM puts its own on a moment later. A
 * connection that ends in between would end the process. Whoever was given it is told by the next query.
 */
function outliveItsEnd(client: Client): void {
  client.on('error', () => undefined);
}
