import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The checks of two foreign keys were a quarter of what a message cost to store, and could not fail: the statement that
 * stores it holds the lock of its group, and takes the sender from a membership, which has both keys and goes only with
 * the group. What else the first one did, erasing messages with their group, a trigger does now.
 */
export class LighterWrites1764600000000 implements MigrationInterface {
  name = 'LighterWrites1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE messages DROP CONSTRAINT messages_group_id_fkey, DROP CONSTRAINT messages_sender_id_fkey;

      CREATE FUNCTION erase_messages_of_group() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          DELETE FROM messages WHERE group_id = OLD.id;
          RETURN NULL;
        END
      $$;
      CREATE TRIGGER erase_messages AFTER DELETE ON groups FOR EACH ROW EXECUTE FUNCTION erase_messages_of_group();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER erase_messages ON groups;
      DROP FUNCTION erase_messages_of_group;
      ALTER TABLE messages
        ADD CONSTRAINT messages_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups ON DELETE CASCADE,
        ADD CONSTRAINT messages_sender_id_fkey FOREIGN KEY (sender_id) REFERENCES users;
    `);
  }
}
