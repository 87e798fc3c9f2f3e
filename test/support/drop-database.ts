import pg from 'pg';

/** SQLSTATE insufficient_privilege. */
const NOT_PERMITTED = '42501';

/**
 * Drops a database and whoever is still connected to it. Where autovacuum is at work in it PostgreSQL refuses that to who
 * is no superuser, but a drop without force tells autovacuum to stop.
 */
export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== NOT_PERMITTED) throw error;
    await client.query(`DROP DATABASE ${name}`);
  }
}
