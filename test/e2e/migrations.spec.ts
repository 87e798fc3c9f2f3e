import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/all.js';
import { VerifiedAddresses1764700000000 } from '../../migrations/1764700000000-verified-addresses.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

const ID = (digit: number) => `0198c5a4-7c1e-7f3a-9d42-00000000000${digit}`;

describe('The migration to verified addresses', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createDatabase();
    const until = migrations.indexOf(VerifiedAddresses1764700000000);
    source = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: migrations.slice(0, until),
      installExtensions: false,
    }).initialize();
    // It was made with the schema up to date: this begins before the migration.
    await source.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await source.runMigrations();
    for (const [digit, email, verifiedAt] of [
      [1, 'verified@example.org', '2026-01-01T00:00:00Z'],
      [2, 'typed@example.org', null],
      [3, 'google@example.org', null],
      [4, null, null],
    ] as const) {
      await source.query(
        'INSERT INTO users (id, username, display_name, email, email_verified_at) VALUES ($1, $2, $2, $3, $4)',
        [ID(digit), `user-${digit}`, email, verifiedAt],
      );
      await source.query(
        `INSERT INTO one_time_tokens (hash, user_id, purpose, expires_at)
         SELECT sha256(convert_to($1::uuid::text || purpose, 'UTF8')), $1::uuid, purpose, now() + interval '1 hour'
           FROM unnest(ARRAY['reset', 'verify']) AS purpose`,
        [ID(digit)],
      );
    }
    await source.query(
      `INSERT INTO identities (provider, subject, user_id, email, created_at) VALUES ('google', 's', $1, 'google@example.org', '2026-02-02')`,
      [ID(3)],
    );
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const run = async (direction: 'up' | 'down') => {
    const runner = source.createQueryRunner();
    await new VerifiedAddresses1764700000000()[direction](runner);
    await runner.release();
  };
  const users = () =>
    source.query<object[]>('SELECT username, email, email_verified_at IS NOT NULL AS verified FROM users ORDER BY id');

  it('keeps verified ones, those of a provider too, lets the others wait, and goes back', async () => {
    await run('up');
    const verified = [
      { username: 'user-1', email: 'verified@example.org', verified: true },
      { username: 'user-2', email: null, verified: false },
      { username: 'user-3', email: 'google@example.org', verified: true },
      { username: 'user-4', email: null, verified: false },
    ];
    expect(await users()).toEqual(verified);
    expect(await source.query(`SELECT id, pending_email FROM users WHERE pending_email_expires_at > now()`)).toEqual([
      { id: ID(2), pending_email: 'typed@example.org' },
    ]);
    expect(await source.query(`SELECT user_id FROM one_time_tokens WHERE purpose = 'reset' ORDER BY user_id`)).toEqual(
      [1, 3, 4].map((digit) => ({ user_id: ID(digit) })),
    );
    await source.query(
      `INSERT INTO users (id, username, display_name, pending_email, pending_email_expires_at)
       VALUES ($1, 'user-5', 'user-5', 'typed@example.org', now())`,
      [ID(5)],
    );
    await run('down');
    expect((await users()).map((user) => (user as { email: string | null }).email)).toEqual([
      'verified@example.org',
      'typed@example.org',
      'google@example.org',
      null,
      null,
    ]);
    await source.query(`DELETE FROM users WHERE username = 'user-5'`);
    await run('up');
    expect(await users()).toEqual(verified);
  });
});
