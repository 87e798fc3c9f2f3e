import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  MESSAGE_COLUMNS,
  MESSAGE_TABLES,
  type MessageRow,
  SENDER_AND_QUOTE,
  SENDER_AND_QUOTE_COLUMNS,
} from '../changes/message-view.js';
import { Statements } from '../database/statements.js';

/** A message to be written, checked and with its id. */
export interface Draft {
  id: string;
  groupId: string;
  senderId: string;
  text: string;
  replyTo: string | null;
}

/** What became of one draft of a batch. */
export type Outcome =
  | { kind: 'stored'; row: MessageRow }
  /** A membership changed while the statement waited for the lock: write it again. */
  | { kind: 'stale' }
  /** No such group for the sender, or no such message to reply to. */
  | { kind: 'refused' };

/** What the database adds to a draft; the numbers and the time are null when it was not stored. */
type OutcomeRow = { position: number; current: boolean | null } & (
  Omit<MessageRow, keyof typeof FRESH | 'id' | 'group_id' | 'sender_id' | 'text' | 'created_revision'> | { seq: null }
);

/** What no message has when it is stored. */
const FRESH = { edited_at: null, deleted_at: null, reactions: null, pinned_at: null, pinned_by: null };

/**
 * Writes drafts in one statement, which locks the groups in id order (so that two nodes cannot wait for each other),
 * checks each sender's membership, takes seqs and revisions from the locked rows, and inserts.
 *
 * Everything but the locked rows is read from the statement's snapshot, which is older than the lock when the statement
 * had to wait for it. So memberships are believed only where the group's `members_revision` is the same in both; the
 * other drafts are `stale`, and a new statement with a new snapshot decides.
 */
const WRITE = `
  WITH draft AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
      WITH ORDINALITY AS d (id, group_id, sender_id, text, reply_to, position)
  ), locked AS MATERIALIZED (
    SELECT id, last_seq, revision, members_revision FROM groups
     WHERE id IN (SELECT group_id FROM draft) ORDER BY id FOR NO KEY UPDATE
  ), accepted AS MATERIALIZED (
    SELECT draft.*,
           locked.last_seq + row_number() OVER in_group AS seq,
           locked.revision + row_number() OVER in_group AS revision
      FROM draft
      JOIN locked ON locked.id = draft.group_id
      JOIN groups seen ON seen.id = draft.group_id AND seen.members_revision = locked.members_revision
      JOIN memberships ms ON ms.group_id = draft.group_id AND ms.user_id = draft.sender_id AND ms.left_at IS NULL
      LEFT JOIN messages quoted ON quoted.id = draft.reply_to AND quoted.group_id = draft.group_id
     WHERE draft.reply_to IS NULL OR quoted.id IS NOT NULL
    WINDOW in_group AS (PARTITION BY draft.group_id ORDER BY draft.position)
  ), counted AS (
    UPDATE groups SET last_seq = taken.seq, revision = taken.revision, last_activity_at = clock_timestamp()
      FROM (SELECT group_id, max(seq) AS seq, max(revision) AS revision FROM accepted GROUP BY group_id) taken
     WHERE groups.id = taken.group_id
  ), stored AS (
    INSERT INTO messages (id, group_id, seq, revision, created_revision, sender_id, text, reply_to, created_at)
    SELECT id, group_id, seq, revision, revision, sender_id, text, reply_to, clock_timestamp()
      FROM accepted ORDER BY position
    RETURNING id, seq, revision, created_at
  )
  SELECT draft.position, seen.members_revision = locked.members_revision AS current,
         stored.seq, stored.revision, stored.created_at, ${SENDER_AND_QUOTE_COLUMNS}
    FROM draft
    LEFT JOIN locked ON locked.id = draft.group_id
    LEFT JOIN groups seen ON seen.id = draft.group_id
    LEFT JOIN stored ON stored.id = draft.id
    ${SENDER_AND_QUOTE('draft')}`;

/** The SQL under `MessageWriter`. */
@Injectable()
export class MessageStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
  ) {}

  /**
   * Writes the drafts, which have distinct ids, and says what became of each, in their order. All or nothing is
   * committed: when an id is already taken, it throws PostgreSQL's unique violation and no number is burned.
   */
  async write(drafts: Draft[]): Promise<Outcome[]> {
    const column = <K extends keyof Draft>(key: K) => drafts.map((draft) => draft[key]);
    const rows = await this.statements.run<OutcomeRow>('write-messages', WRITE, [
      column('id'),
      column('groupId'),
      column('senderId'),
      column('text'),
      column('replyTo'),
    ]);
    const outcomes: Outcome[] = drafts.map(() => ({ kind: 'refused' }));
    for (const row of rows) outcomes[row.position - 1] = toOutcome(drafts[row.position - 1]!, row);
    return outcomes;
  }

  /**
   * The messages that have these ids already, each with whether it is what was sent: same sender, group, text as first
   * sent, and reply.
   */
  async findSent(drafts: Draft[]): Promise<Map<string, { same: boolean; row: MessageRow }>> {
    const column = <K extends keyof Draft>(key: K) => drafts.map((draft) => draft[key]);
    const rows = await this.dataSource.query<(MessageRow & { same: boolean })[]>(
      `SELECT ${MESSAGE_COLUMNS},
              m.sender_id = d.sender_id AND m.group_id = d.group_id AND m.reply_to IS NOT DISTINCT FROM d.reply_to
                AND COALESCE(m.sent_digest = sha256(convert_to(d.text, 'UTF8')), m.text = d.text) AS same
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
              AS d (id, group_id, sender_id, text, reply_to)
         JOIN (${MESSAGE_TABLES}) ON m.id = d.id`,
      [column('id'), column('groupId'), column('senderId'), column('text'), column('replyTo')],
    );
    return new Map(rows.map((row) => [row.id, { same: row.same, row }]));
  }
}

function toOutcome({ id, groupId, senderId, text }: Draft, row: OutcomeRow): Outcome {
  if (row.seq === null) return { kind: row.current === false ? 'stale' : 'refused' };
  const sent = { id, group_id: groupId, sender_id: senderId, text, created_revision: row.revision };
  return { kind: 'stored', row: { ...FRESH, ...row, ...sent } };
}
