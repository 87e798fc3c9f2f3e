import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What accounts need from their beginning to their end: proved addresses, one-time links, deactivation and erasure. */
export class AccountCare1764500000000 implements MigrationInterface {
  name = 'AccountCare1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        -- When the address was proved to be theirs.
        ADD COLUMN email_verified_at timestamptz(3),
        -- Since when an operator keeps them out.
        ADD COLUMN deactivated_at timestamptz(3),
        -- Since when there is nobody behind the row: it is kept for what they wrote.
        ADD COLUMN deleted_at timestamptz(3);

      CREATE TABLE one_time_tokens (
        -- SHA-256 of the token.
        hash       bytea PRIMARY KEY,
        user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        purpose    text NOT NULL CHECK (purpose IN ('reset', 'verify')),
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3) NOT NULL
      );
      CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id);
      CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at);

      -- Erased users who may still be in groups: whoever finds them here has them leave.
      CREATE TABLE erasures (
        user_id    uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );

      -- To find everything of one person.
      CREATE INDEX memberships_person ON memberships (user_id, group_id);
      CREATE INDEX reactions_person ON reactions (user_id, message_id, emoji);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX memberships_person, reactions_person;
      DROP TABLE erasures, one_time_tokens;
      ALTER TABLE users DROP COLUMN email_verified_at, DROP COLUMN deactivated_at, DROP COLUMN deleted_at;
    `);
  }
}
