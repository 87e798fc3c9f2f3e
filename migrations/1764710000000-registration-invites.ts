import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links by which an account can be made where registration is not open to everyone. Each is good once: its row goes. */
export class RegistrationInvites1764710000000 implements MigrationInterface {
  name = 'RegistrationInvites1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE registration_invites (
        -- SHA-256 of the token.
        hash       bytea PRIMARY KEY,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3) NOT NULL
      );
      CREATE INDEX registration_invites_expiry ON registration_invites (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE registration_invites');
  }
}
