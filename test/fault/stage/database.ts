import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { ReactionSummary } from '../../../src/changes/contract.js';
import type { GroupRow, MembershipChange, MessageRow, Rows } from '../checker/rows.js';
import { dropDatabase } from '../../support/drop-database.js';
import { brief } from '../history/brief.js';
import { writeReactions } from '../history/reactions.js';
import { until } from './until.js';

/** Keeps every state that a membership ever had: rows tell only how it is now, and leaks are about how it was. */
const AUDIT = `
  CREATE TABLE fault_memberships (
    number bigserial, group_id uuid, user_id uuid, revision bigint, is_left boolean, at double precision
  );
  CREATE FUNCTION fault_note_membership() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO fault_memberships (group_id, user_id, revision, is_left, at)
    VALUES (NEW.group_id, NEW.user_id, NEW.revision, NEW.left_at IS NOT NULL,
            extract(epoch FROM clock_timestamp()) * 1000);
    RETURN NULL;
  END $$;
  CREATE TRIGGER fault_added AFTER INSERT ON memberships FOR EACH ROW EXECUTE FUNCTION fault_note_membership();
  CREATE TRIGGER fault_changed AFTER UPDATE ON memberships FOR EACH ROW
    WHEN (OLD.revision IS DISTINCT FROM NEW.revision) EXECUTE FUNCTION fault_note_membership();`;

type Stored = Omit<MessageRow, 'reactions'> & { reactions: ReactionSummary[] | null };

/** The database that the nodes are on, as the harness sees it. */
export class StageDatabase {
  private constructor(
    readonly url: string,
    private readonly dropFrom: string | undefined,
  ) {}

  /** An empty one in the run's PostgreSQL. */
  static async create(cluster: string): Promise<StageDatabase> {
    const name = `fault_${randomBytes(6).toString('hex')}`;
    await query(cluster, `CREATE DATABASE ${name}`);
    return new StageDatabase(cluster.replace(/\/[^/?]*(\?|$)/, `/${name}$1`), cluster);
  }

  /** One that somebody else makes and removes. */
  static at(url: string): StageDatabase {
    return new StageDatabase(url, undefined);
  }

  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]> {
    return query<R>(this.url, sql, values);
  }

  /** A connection of one's own, for locks. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** To be called once the schema is there and nobody uses it yet. */
  async audit(): Promise<void> {
    await this.query(AUDIT);
  }

  /** Waits until it can be reached. */
  async awaken(): Promise<void> {
    await until('the database', () =>
      this.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
  }

  /** Everything that the checker needs, as of one moment. */
  async rows(): Promise<Rows> {
    const client = await this.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const groups = await client.query<GroupRow>(
        `SELECT id, revision::int, last_seq::int AS "lastSeq", profile_revision::int AS "profileRevision" FROM groups`,
      );
      const messages = await client.query<Stored>(
        `SELECT id, group_id AS "groupId", seq::int, revision::int, created_revision::int AS "createdRevision",
                sender_id AS sender, text, deleted_at IS NOT NULL AS deleted, reactions, pinned_at IS NOT NULL AS pinned,
                ARRAY(SELECT emoji || ' ' || user_id FROM reactions WHERE message_id = messages.id) AS reacted
           FROM messages ORDER BY group_id, seq`,
      );
      const memberships = await client.query<MembershipChange>(
        `SELECT group_id AS "groupId", user_id AS user, revision::int, is_left AS left, at
           FROM fault_memberships ORDER BY group_id, revision`,
      );
      const stored = messages.rows.map((row) => ({
        ...row,
        text: brief(row.text),
        reactions: writeReactions(row.reactions),
      }));
      return { groups: groups.rows, messages: stored, memberships: memberships.rows };
    } finally {
      await client.end();
    }
  }

  async drop(): Promise<void> {
    if (this.dropFrom === undefined) return;
    await withClient(this.dropFrom, (client) => dropDatabase(client, new URL(this.url).pathname.slice(1)));
  }
}

function query<R extends pg.QueryResultRow>(url: string, sql: string, values?: unknown[]): Promise<R[]> {
  return withClient(url, async (client) => (await client.query<R>(sql, values)).rows);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
