import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Identities: as whom a user is known elsewhere. A subject is unique with its provider alone (OpenID Connect Core section 2). */
export class Identities1764400000000 implements MigrationInterface {
  name = 'Identities1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identities (
        -- 'google', or the issuer of tokens by its URL.
        provider   text NOT NULL,
        subject    text NOT NULL,
        user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        -- As the provider had it at first sight, to be shown. Nobody is found by it.
        email      text,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT identities_pkey PRIMARY KEY (provider, subject),
        CONSTRAINT identities_user_id_provider_key UNIQUE (user_id, provider)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identities');
  }
}
