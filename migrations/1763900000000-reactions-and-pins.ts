import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Reactions and pins. What a message shows of its reactions is kept with the message, so that reading a message reads
 * nothing else, and a message without any takes no more room than before.
 */
export class ReactionsAndPins1763900000000 implements MigrationInterface {
  name = 'ReactionsAndPins1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reactions (
        message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
        emoji      text NOT NULL,
        user_id    uuid NOT NULL REFERENCES users,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (message_id, emoji, user_id)
      );

      ALTER TABLE messages
        -- [{ emoji, count, userIds }] as it travels, or null for none; stored together with the rows of reactions.
        ADD COLUMN reactions jsonb,
        ADD COLUMN pinned_at timestamptz(3),
        -- A user, without a foreign key: each message that is sent would pay for its check.
        ADD COLUMN pinned_by uuid,
        ADD CHECK ((pinned_at IS NULL) = (pinned_by IS NULL));
      CREATE INDEX messages_pinned ON messages (group_id) WHERE pinned_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE messages DROP COLUMN reactions, DROP COLUMN pinned_at, DROP COLUMN pinned_by;
      DROP TABLE reactions;
    `);
  }
}
