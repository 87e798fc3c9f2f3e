import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, groups, memberships and messages. Times are kept to the millisecond, which is what a cursor can carry. */
export class Initial1763800000000 implements MigrationInterface {
  name = 'Initial1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id            uuid PRIMARY KEY,
        username      text NOT NULL CONSTRAINT users_username_key UNIQUE CHECK (username = lower(username)),
        display_name  text NOT NULL,
        email         text CONSTRAINT users_email_key UNIQUE CHECK (email = lower(email)),
        password_hash text,
        created_at    timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX users_username_prefix ON users (username text_pattern_ops);

      CREATE TABLE groups (
        id               uuid PRIMARY KEY,
        kind             text NOT NULL CHECK (kind IN ('public', 'private', 'direct')),
        name             text,
        description      text,
        -- The two user ids of a direct group in order, so that a pair has one group.
        direct_key       text CONSTRAINT groups_direct_key_key UNIQUE,
        member_count     integer NOT NULL,
        last_seq         bigint NOT NULL DEFAULT 0,
        -- The counter of all durable changes of the group.
        revision         bigint NOT NULL,
        -- The revision of the last change of the group's own fields, and of its memberships.
        profile_revision bigint NOT NULL,
        members_revision bigint NOT NULL,
        created_at       timestamptz(3) NOT NULL DEFAULT now(),
        last_activity_at timestamptz(3) NOT NULL DEFAULT now(),
        CHECK ((kind = 'direct') = (direct_key IS NOT NULL)),
        CHECK ((kind = 'direct') = (name IS NULL))
      -- Each send updates its group's row; with room on the page and no index on what changes, in place (HOT).
      ) WITH (fillfactor = 50);
      CREATE INDEX groups_public ON groups (created_at, id) WHERE kind = 'public';

      CREATE TABLE memberships (
        group_id        uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
        user_id         uuid NOT NULL REFERENCES users,
        role            text NOT NULL CHECK (role IN ('owner', 'member')),
        read_seq        bigint NOT NULL,
        revision        bigint NOT NULL,
        -- The revision at which the membership, or its latest renewal, began.
        joined_revision bigint NOT NULL,
        joined_at       timestamptz(3) NOT NULL,
        left_at         timestamptz(3),
        removed_by      uuid REFERENCES users,
        PRIMARY KEY (group_id, user_id)
      );
      CREATE INDEX memberships_user ON memberships (user_id) WHERE left_at IS NULL;
      CREATE INDEX memberships_recent ON memberships (joined_at) WHERE left_at IS NULL;
      CREATE INDEX memberships_revision ON memberships (group_id, revision);
      CREATE INDEX memberships_joined ON memberships (group_id, joined_at, user_id) WHERE left_at IS NULL;

      CREATE TABLE messages (
        id               uuid CONSTRAINT messages_pkey PRIMARY KEY,
        group_id         uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
        seq              bigint NOT NULL,
        revision         bigint NOT NULL,
        created_revision bigint NOT NULL,
        sender_id        uuid NOT NULL REFERENCES users,
        text             text NOT NULL,
        reply_to         uuid,
        -- SHA-256 of the text as first sent, kept once the text is another: a repeated send is recognised for ever.
        sent_digest      bytea,
        created_at       timestamptz(3) NOT NULL,
        edited_at        timestamptz(3),
        deleted_at       timestamptz(3),
        CONSTRAINT messages_group_seq_key UNIQUE (group_id, seq)
      );
      CREATE UNIQUE INDEX messages_group_revision_key ON messages (group_id, revision);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE messages, memberships, groups, users');
  }
}
