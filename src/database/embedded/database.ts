import pg from 'pg';
import { type Address, APP } from './address.js';

/** Makes the application's role and database unless they exist. The role may make databases, and is no superuser. */
export async function ensureDatabase(connection: pg.Client, { password }: Address): Promise<void> {
  const { rows } = await connection.query<{ role: boolean; database: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP}') AS role,
            EXISTS (SELECT FROM pg_database WHERE datname = '${APP}') AS database`,
  );
  if (!rows[0]?.role) {
    const secret = password ? `PASSWORD ${pg.escapeLiteral(password)}` : '';
    await connection.query(`CREATE ROLE ${APP} LOGIN CREATEDB ${secret}`);
  }
  if (!rows[0]?.database) await connection.query(`CREATE DATABASE ${APP} OWNER ${APP}`);
}
