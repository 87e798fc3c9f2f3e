import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An address counts once it is verified. `users.email` holds the verified one; the one that waits for its link is pending:
 * it is not unique, and reserves nothing. Also the index by which sessions that nobody uses are found.
 */
export class VerifiedAddresses1764700000000 implements MigrationInterface {
  name = 'VerifiedAddresses1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        ADD COLUMN pending_email text CHECK (pending_email = lower(pending_email)),
        -- When the pending address is void, as its last link is.
        ADD COLUMN pending_email_expires_at timestamptz(3),
        -- The session that asked for it; it goes on when the address is confirmed.
        ADD COLUMN pending_email_session uuid;

      -- An address that Google or the issuer vouched for is verified.
      UPDATE users u SET email_verified_at = i.created_at
        FROM identities i
       WHERE i.user_id = u.id AND i.email = u.email AND u.email_verified_at IS NULL;
      UPDATE users SET pending_email = email, pending_email_expires_at = now() + interval '24 hours', email = NULL
       WHERE email IS NOT NULL AND email_verified_at IS NULL;
      UPDATE users SET email_verified_at = NULL WHERE email IS NULL AND email_verified_at IS NOT NULL;
      -- A link for a new password that was sent to an address which is not verified any more.
      DELETE FROM one_time_tokens t USING users u
       WHERE u.id = t.user_id AND t.purpose = 'reset' AND u.pending_email IS NOT NULL;

      ALTER TABLE users
        ADD CONSTRAINT users_email_verified CHECK ((email IS NULL) = (email_verified_at IS NULL)),
        ADD CONSTRAINT users_pending_email_expires CHECK ((pending_email IS NULL) = (pending_email_expires_at IS NULL));
      CREATE INDEX users_pending_email_expiry ON users (pending_email_expires_at) WHERE pending_email IS NOT NULL;
      CREATE INDEX sessions_last_use ON sessions (last_used_at);
    `);
  }

  /** Of several accounts with one pending address the oldest gets it back, as it would have been before. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX sessions_last_use, users_pending_email_expiry;
      ALTER TABLE users DROP CONSTRAINT users_email_verified, DROP CONSTRAINT users_pending_email_expires;
      UPDATE users u SET email = pending_email
       WHERE email IS NULL AND pending_email IS NOT NULL
         AND NOT EXISTS (SELECT FROM users o WHERE o.email = u.pending_email)
         AND NOT EXISTS (
               SELECT FROM users o
                WHERE o.pending_email = u.pending_email AND o.email IS NULL AND (o.created_at, o.id) < (u.created_at, u.id));
      ALTER TABLE users
        DROP COLUMN pending_email, DROP COLUMN pending_email_expires_at, DROP COLUMN pending_email_session;
    `);
  }
}
