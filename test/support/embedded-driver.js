/**
 * An application that is nothing but its embedded PostgreSQL, for tests that kill it. Forked with the data folder as its
 * argument, it reports `{ url }` or `{ error }`, and each logged line as `{ log }`. SIGINT and SIGTERM stop it, after a
 * last query as an application that drains would send one: `{ drained: true }`.
 */
import pg from 'pg';
import { EmbeddedPostgres } from '../../dist/src/database/embedded/embedded-postgres.js';

const report = (message) => process.connected && process.send(message);

try {
  const postgres = await EmbeddedPostgres.start(process.argv[2], (log) => report({ log }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(postgres));
  report({ url: postgres.url });
} catch (error) {
  report({ error: error.message });
  process.disconnect();
}

async function stop(postgres) {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
  report({ drained: true });
  await postgres.stop();
  process.disconnect();
}
