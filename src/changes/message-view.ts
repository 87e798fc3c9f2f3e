import type { Message, QuotedMessage, ReactionSummary } from './contract.js';

const EXCERPT = 200;

/** What a message shows of the one that it answers, `quoted`, which was sent by `quoted_sender`. */
export const QUOTE_COLUMNS = `
  quoted.id AS quoted_id, quoted.seq AS quoted_seq, left(quoted.text, ${EXCERPT}) AS quoted_excerpt,
  quoted.sender_id AS quoted_sender_id, quoted_sender.username AS quoted_username,
  quoted_sender.display_name AS quoted_display_name`;

/** The columns of a message as it travels; select them from `MESSAGE_TABLES`. */
export const MESSAGE_COLUMNS = `
  m.id, m.group_id, m.seq, m.revision, m.created_revision, m.text, m.created_at, m.edited_at, m.deleted_at,
  m.reactions, m.pinned_at, m.pinned_by, m.sender_id, sender.username AS sender_username,
  sender.display_name AS sender_display_name, ${QUOTE_COLUMNS}`;

/** What a message (`m`) shows beside its own columns: its sender, and the message that it answers. */
export const MESSAGE_JOINS = `
  JOIN users sender ON sender.id = m.sender_id
  LEFT JOIN messages quoted ON quoted.id = m.reply_to
  LEFT JOIN users quoted_sender ON quoted_sender.id = quoted.sender_id`;

/** A message (`m`) with those. */
export const MESSAGE_TABLES = `messages m ${MESSAGE_JOINS}`;

/** How the sender is called. */
export interface SenderColumns {
  sender_username: string;
  sender_display_name: string;
}

/** A row of `QUOTE_COLUMNS`: all null when nothing is answered. */
export interface QuoteColumns {
  quoted_id: string | null;
  quoted_seq: number | null;
  quoted_excerpt: string | null;
  quoted_sender_id: string | null;
  quoted_username: string | null;
  quoted_display_name: string | null;
}

/** A row of `MESSAGE_COLUMNS`. */
export interface MessageRow extends SenderColumns, QuoteColumns {
  id: string;
  group_id: string;
  seq: number;
  revision: number;
  created_revision: number;
  text: string;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
  reactions: ReactionSummary[] | null;
  pinned_at: Date | null;
  pinned_by: string | null;
  sender_id: string;
}

/** A message as it travels, over REST and over sockets. */
export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    groupId: row.group_id,
    seq: row.seq,
    revision: row.revision,
    sender: { id: row.sender_id, username: row.sender_username, displayName: row.sender_display_name },
    text: row.text,
    replyTo: toQuote(row),
    reactions: row.reactions ?? [],
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    pinnedAt: row.pinned_at?.toISOString() ?? null,
    pinnedBy: row.pinned_by,
  };
}

/** The message that is answered, as the answer shows it. */
export function toQuote(row: QuoteColumns): QuotedMessage | null {
  if (row.quoted_id === null) return null;
  return {
    id: row.quoted_id,
    seq: row.quoted_seq!,
    sender: { id: row.quoted_sender_id!, username: row.quoted_username!, displayName: row.quoted_display_name! },
    excerpt: row.quoted_excerpt!,
  };
}
