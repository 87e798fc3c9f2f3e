import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is not to be counted as unread is found by itself, so that counting does not read all that is unread. */
export class Unread1764250000000 implements MigrationInterface {
  name = 'Unread1764250000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX messages_sender ON messages (sender_id, group_id, seq);
      CREATE INDEX messages_deleted ON messages (group_id, seq) WHERE deleted_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX messages_sender, messages_deleted');
  }
}
