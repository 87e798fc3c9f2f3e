import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is connected to which node, and when they last were. One row a user: it decides, and serialises, who comes and goes. */
export class Presence1764200000000 implements MigrationInterface {
  name = 'Presence1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE presence_nodes (
        id         uuid PRIMARY KEY,
        beat_at    timestamptz(3) NOT NULL,
        -- Who has not beaten until then is dead, and any other node may bury it.
        expires_at timestamptz(3) NOT NULL
      );

      CREATE TABLE presence (
        user_id    uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        -- The nodes that have connections of the user; a user without any is offline.
        nodes      uuid[] NOT NULL,
        seen_at    timestamptz(3) NOT NULL,
        -- When the user last came online or went offline, and the transaction that stored it: the nodes read on by it.
        changed_at timestamptz(3) NOT NULL,
        changed_by xid8 NOT NULL
      ) WITH (fillfactor = 70);
      CREATE INDEX presence_changed ON presence (changed_by, changed_at);
      -- To find the users of a dead node among those who are online.
      CREATE INDEX presence_online ON presence (user_id) WHERE nodes <> '{}';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE presence, presence_nodes');
  }
}
