import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Message } from '../changes/contract.js';
import {
  MESSAGE_COLUMNS,
  MESSAGE_TABLES,
  type MessageRow,
  QUOTE_COLUMNS,
  type QuoteColumns,
  type SenderColumns,
  toMessage,
  toQuote,
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
  | { kind: 'stored'; message: Message }
  /** A membership changed while the statement waited for the lock: write it again. */
  | { kind: 'stale' }
  /** Something else holds the lock of the group, and the statement did not wait for it. */
  | { kind: 'busy' }
  /** No such group for the sender, or no such message to reply to. */
  | { kind: 'refused' };

/** What the database adds to a draft, or why it was not stored: `unlocked` is a group that is there. */
type OutcomeRow = { position: number } & (
  | ({ seq: number; revision: number; created_at: Date } & SenderColumns & QuoteColumns)
  | { seq: null; failure: 'unlocked' | 'stale' | 'refused' }
);

/** How the groups' locks are taken: those that are free, or all of them after a wait of at most so many milliseconds. */
export type Locking = 'skip' | { timeoutMs: number };

const SKIPPING = { limit: '', isLimited: '', wait: 'SKIP LOCKED' };
const WAITING = {
  limit: "limited AS MATERIALIZED (SELECT set_config('lock_timeout', $6, true) AS lock_timeout),",
  // The limit is set before the first row is locked, since the row is looked for only then.
  isLimited: 'AND (SELECT lock_timeout FROM limited) IS NOT NULL',
  wait: '',
};

/**
 * Writes drafts in one statement, which locks the groups in id order (so that two nodes cannot wait for each other),
 * checks each sender's membership, takes seqs and revisions from the locked rows, and inserts.
 *
 * Everything but the locked rows is read from the statement's snapshot, which is older than the lock when the statement
 * had to wait for it. So memberships are believed only where the group's `members_revision` is the same in both; the
 * other drafts are `stale`, and a new statement with a new snapshot decides.
 *
 * PostgreSQL keeps the plan, and the tables grow under it. Each `LATERAL … LIMIT 1` holds the plan to one look into an
 * index for a draft, and arrays behind `SELECT` hide their length, for which a new plan would be made each time.
 */
const write = ({ limit, isLimited, wait }: typeof SKIPPING) => `
  WITH draft AS MATERIALIZED (
    SELECT d.*, seen.members_revision, member.is_in, sender.username AS sender_username,
           sender.display_name AS sender_display_name, quoted.*
      FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]), (SELECT $4::text[]), (SELECT $5::uuid[]))
           WITH ORDINALITY AS d (id, group_id, sender_id, text, reply_to, position)
     CROSS JOIN LATERAL (SELECT username, display_name FROM users WHERE id = d.sender_id LIMIT 1) sender
      LEFT JOIN LATERAL (SELECT members_revision FROM groups WHERE id = d.group_id LIMIT 1) seen ON true
      LEFT JOIN LATERAL (
        SELECT true AS is_in FROM memberships
         WHERE group_id = d.group_id AND user_id = d.sender_id AND left_at IS NULL LIMIT 1
      ) member ON true
      LEFT JOIN LATERAL (
        SELECT ${QUOTE_COLUMNS}, quoted.group_id AS quoted_group_id
          FROM (SELECT * FROM messages WHERE id = d.reply_to LIMIT 1) quoted
          JOIN users quoted_sender ON quoted_sender.id = quoted.sender_id
      ) quoted ON true
  ), ${limit} locked AS MATERIALIZED (
    SELECT own.* FROM (SELECT DISTINCT group_id FROM draft ORDER BY group_id) named
     CROSS JOIN LATERAL (
       SELECT id, last_seq, revision, members_revision FROM groups
        WHERE id = named.group_id ${isLimited} FOR NO KEY UPDATE ${wait}
     ) own
  ), accepted AS MATERIALIZED (
    SELECT draft.*,
           locked.last_seq + row_number() OVER in_group AS seq,
           locked.revision + row_number() OVER in_group AS revision
      FROM draft
      JOIN locked ON locked.id = draft.group_id AND locked.members_revision = draft.members_revision
     WHERE draft.is_in AND (draft.reply_to IS NULL OR draft.quoted_group_id = draft.group_id)
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
  SELECT draft.position,
         CASE WHEN stored.seq IS NOT NULL THEN NULL
              WHEN locked.id IS NULL AND draft.members_revision IS NOT NULL THEN 'unlocked'
              WHEN locked.members_revision <> draft.members_revision THEN 'stale' ELSE 'refused' END AS failure,
         stored.seq, stored.revision, stored.created_at, draft.sender_username, draft.sender_display_name,
         draft.quoted_id, draft.quoted_seq, draft.quoted_excerpt, draft.quoted_sender_id, draft.quoted_username,
         draft.quoted_display_name
    FROM draft
    LEFT JOIN locked ON locked.id = draft.group_id
    LEFT JOIN stored ON stored.id = draft.id`;
const WRITE_FREE = write(SKIPPING);
const WRITE_ALL = write(WAITING);

/** The SQL under `MessageWriter`. */
@Injectable()
export class MessageStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
  ) {}

  /**
   * Writes the drafts, which have distinct ids, and says what became of each, in their order; all drafts of a group are
   * busy, or none. All or nothing is committed: when an id is already taken, it throws PostgreSQL's unique violation and
   * no number is burned. Throws SQLSTATE 55P03 when a lock was not to be had in time.
   */
  async write(drafts: Draft[], locking: Locking): Promise<Outcome[]> {
    const column = <K extends keyof Draft>(key: K) => drafts.map((draft) => draft[key]);
    const columns = [column('id'), column('groupId'), column('senderId'), column('text'), column('replyTo')];
    const skipping = locking === 'skip';
    const rows = await (skipping
      ? this.statements.run<OutcomeRow>('write-messages', WRITE_FREE, columns)
      : this.statements.run<OutcomeRow>('write-messages-waiting', WRITE_ALL, [...columns, String(locking.timeoutMs)]));
    const outcomes: Outcome[] = drafts.map(() => ({ kind: 'refused' }));
    for (const row of rows) outcomes[row.position - 1] = toOutcome(drafts[row.position - 1]!, row, skipping);
    return outcomes;
  }

  /**
   * What the sends with these ids are answered that were stored before, by id; null for an id that was used for anything
   * else: another sender, group, text as first sent, or reply. Membership is read by the same statement as the content,
   * so nothing that was written after a removal is in an answer.
   */
  async findSent(drafts: Draft[]): Promise<Map<string, Message | null>> {
    const column = <K extends keyof Draft>(key: K) => drafts.map((draft) => draft[key]);
    const rows = await this.dataSource.query<(MessageRow & { same: boolean; is_in: boolean })[]>(
      `SELECT ${MESSAGE_COLUMNS},
              m.sender_id = d.sender_id AND m.group_id = d.group_id AND m.reply_to IS NOT DISTINCT FROM d.reply_to
                AND COALESCE(m.sent_digest = sha256(convert_to(d.text, 'UTF8')), m.text = d.text) AS same,
              EXISTS (SELECT FROM memberships
                       WHERE group_id = m.group_id AND user_id = d.sender_id AND left_at IS NULL) AS is_in
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
              AS d (id, group_id, sender_id, text, reply_to)
         JOIN (${MESSAGE_TABLES}) ON m.id = d.id`,
      [column('id'), column('groupId'), column('senderId'), column('text'), column('replyTo')],
    );
    const draftOf = new Map(drafts.map((draft) => [draft.id, draft]));
    return new Map(
      rows.map((row) => {
        if (!row.same) return [row.id, null];
        return [row.id, row.is_in ? toMessage(row) : asFirstSent(row, draftOf.get(row.id)!)];
      }),
    );
  }
}

/**
 * The message as it was stored, for a sender who is not a member any more: what they sent, its place and its time. Nothing
 * that others did since is in it, not even whether they did anything. So a reply quotes no text: that of the quoted
 * message may be another by now, and what it was then is kept nowhere.
 */
function asFirstSent(row: MessageRow, { text }: Draft): Message {
  const { replyTo, ...message } = toMessage({ ...row, ...UNTOUCHED, text, revision: row.created_revision });
  return { ...message, replyTo: replyTo && { ...replyTo, excerpt: '' } };
}

const UNTOUCHED = { edited_at: null, deleted_at: null, reactions: null, pinned_at: null, pinned_by: null };

function toOutcome(draft: Draft, row: OutcomeRow, skipping: boolean): Outcome {
  if (row.seq === null) {
    // Without a lock although it waited: the group was erased meanwhile.
    return { kind: row.failure === 'unlocked' ? (skipping ? 'busy' : 'stale') : row.failure };
  }
  const { id, groupId, senderId, text } = draft;
  const message = {
    id,
    groupId,
    seq: row.seq,
    revision: row.revision,
    sender: { id: senderId, username: row.sender_username, displayName: row.sender_display_name },
    text,
    replyTo: toQuote(row),
    reactions: [],
    createdAt: row.created_at.toISOString(),
    editedAt: null,
    deletedAt: null,
    pinnedAt: null,
    pinnedBy: null,
  };
  return { kind: 'stored', message };
}
