import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions: who is logged in where. A session is over when its row is gone or `expires_at` has passed. */
export class Sessions1764300000000 implements MigrationInterface {
  name = 'Sessions1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sessions (
        id            uuid PRIMARY KEY,
        user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        -- SHA-256 of what all refresh tokens of the session have in common, by which it is found.
        family_hash   bytea NOT NULL CONSTRAINT sessions_family_hash_key UNIQUE,
        -- SHA-256 of the refresh token that is good now, and of the one before.
        token_hash    bytea NOT NULL,
        previous_hash bytea,
        -- The token that is good now, encrypted with a key that only the one before it yields.
        successor     bytea,
        rotated_at    timestamptz(3),
        user_agent    text,
        address       text,
        created_at    timestamptz(3) NOT NULL DEFAULT now(),
        last_used_at  timestamptz(3) NOT NULL DEFAULT now(),
        expires_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX sessions_user ON sessions (user_id);
      CREATE INDEX sessions_expiry ON sessions (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sessions');
  }
}
