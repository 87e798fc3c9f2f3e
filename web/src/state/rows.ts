import type { Message, OwnUser, QuotedMessage, UserSummary } from '../../../src/changes/contract';
import type { PendingMessage } from './model';

/** How long after each other the messages of one sender still belong together. */
const TOGETHER = 5 * 60_000;

/** A message as the list shows it: one of the history, or one of mine that is still under way. */
export interface ShownMessage {
  id: string;
  sender: UserSummary;
  text: string;
  replyTo: QuotedMessage | null;
  createdAt: string;
  /** As the server keeps it; null while it is under way. */
  stored: Message | null;
  /** As the outbox keeps it, while it is under way. */
  pending: PendingMessage | null;
}

/** One line of the list. */
export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; shown: ShownMessage; first: boolean; last: boolean };

// Rows are made anew at every change, but an unchanged message must stay the same value, or every row would render.
const shownMessages = new WeakMap<Message | PendingMessage, ShownMessage>();

/** The lines of a conversation: its messages, what is under way, the days, and where the new ones begin. */
export function rowsOf(messages: Message[], pending: PendingMessage[], me: OwnUser, newAfter: number | null): Row[] {
  const all = [...messages.map(ofStored), ...pending.map((message) => ofPending(message, me))];
  const firstNew =
    newAfter === null
      ? -1
      : all.findIndex(({ stored, sender }) => (stored?.seq ?? 0) > newAfter && sender.id !== me.id);
  const opensDay = all.map((shown, index) => !isSameDay(all[index - 1], shown));
  const isFirst = all.map(
    (shown, index) => opensDay[index] || index === firstNew || !belongTogether(all[index - 1], shown),
  );
  return all.flatMap((shown, index) => {
    const rows: Row[] = [];
    if (opensDay[index]) rows.push({ kind: 'day', key: `day ${shown.id}`, at: shown.createdAt });
    if (index === firstNew && index > 0) rows.push({ kind: 'new', key: 'new' });
    rows.push({ kind: 'message', key: shown.id, shown, first: isFirst[index]!, last: isFirst[index + 1] ?? true });
    return rows;
  });
}

function ofStored(stored: Message): ShownMessage {
  const known = shownMessages.get(stored);
  if (known) return known;
  const { id, sender, text, replyTo, createdAt } = stored;
  const shown = { id, sender, text, replyTo, createdAt, stored, pending: null };
  shownMessages.set(stored, shown);
  return shown;
}

function ofPending(pending: PendingMessage, me: OwnUser): ShownMessage {
  const known = shownMessages.get(pending);
  if (known) return known;
  const { id, text, replyTo, createdAt } = pending;
  const shown = { id, sender: me, text, replyTo, createdAt, stored: null, pending };
  shownMessages.set(pending, shown);
  return shown;
}

function belongTogether(before: ShownMessage | undefined, after: ShownMessage): boolean {
  if (before?.sender.id !== after.sender.id) return false;
  return Date.parse(after.createdAt) - Date.parse(before.createdAt) < TOGETHER;
}

function isSameDay(before: ShownMessage | undefined, after: ShownMessage): boolean {
  return !!before && new Date(before.createdAt).toDateString() === new Date(after.createdAt).toDateString();
}
