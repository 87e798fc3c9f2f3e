import type { Entry, SeenMessage } from '../history/entries.js';
import type { Attempt } from './attempts.js';
import { contentOf } from './content.js';
import type { Findings } from './findings.js';
import type { Rows } from './rows.js';

/** Whoever saw a revision saw the same change there, and a message has one seq, for everyone who ever saw it. */
export function checkAgreement(history: Entry[], rows: Rows, findings: Findings): void {
  const revisions = new Map<string, string>();
  const seqs = new Map<string, string>();
  const agree = (seen: Map<string, string>, key: string, value: string, who: string) => {
    const known = seen.get(key);
    if (known === undefined) seen.set(key, value);
    else if (known !== value) findings.add('two orders', `${key} is ${known}, and ${value} for ${who}`);
  };
  const message = (shown: Omit<SeenMessage, 'sender'>, who: string) => {
    const { groupId, id, revision, seq } = shown;
    agree(revisions, `${groupId} revision ${revision}`, `message ${id} ${contentOf(shown)}`, who);
    agree(seqs, `${groupId} seq ${seq}`, id, who);
  };
  for (const row of rows.messages) message(row, 'the database');
  for (const { groupId, user, revision, left } of rows.memberships) {
    agree(revisions, `${groupId} revision ${revision}`, membership(user, left), 'the database');
  }
  for (const entry of history) {
    if (entry.type === 'ok' && entry.message) message(entry.message, `attempt ${entry.attempt}`);
    if (entry.type !== 'event') continue;
    if (entry.message) message(entry.message, entry.connection);
    for (const one of entry.messages ?? []) message(one, entry.connection);
    if (entry.member) {
      const { user, left } = entry.member;
      const key = `${entry.groupId} revision ${entry.revision}`;
      agree(revisions, key, membership(user, left), entry.connection);
    }
  }
}

const membership = (user: string, left: boolean) => `${user} ${left ? 'left' : 'in'}`;

/**
 * Time goes forward: who sends after a message was acknowledged, to anyone, comes after it; and what one connection
 * sends at once is stored as it was sent.
 */
export function checkTime(attempts: Attempt[], rows: Rows, findings: Findings): void {
  const seqs = new Map(rows.messages.map(({ id, seq }) => [id, seq]));
  const sends = attempts.filter(({ verb, messageId }) => verb === 'send' && seqs.has(messageId!));
  const acknowledged = sends.filter(({ end }) => end === 'ok').sort((a, b) => a.answeredLine - b.answeredLine);
  const floors = new Map<string, number>();
  const seen = new Set<string>();
  let answered = 0;
  for (const { line, groupId, messageId, text } of sends) {
    for (let ack = acknowledged[answered]; ack && ack.answeredLine < line; ack = acknowledged[++answered]) {
      floors.set(ack.groupId, Math.max(floors.get(ack.groupId) ?? 0, seqs.get(ack.messageId!)!));
    }
    const seq = seqs.get(messageId!)!;
    const floor = floors.get(groupId) ?? 0;
    if (!seen.has(messageId!) && seq <= floor) {
      findings.add('reordered', `"${text}" is seq ${seq}, though ${floor} was acknowledged before it was sent`);
    }
    seen.add(messageId!);
  }
  checkLines(sends, seqs, findings);
}

/** Of the sends that went once, over one connection, and were acknowledged: in the order in which they went. */
function checkLines(sends: Attempt[], seqs: Map<string, number>, findings: Findings): void {
  const tries = new Map<string, number>();
  for (const { messageId } of sends) tries.set(messageId!, (tries.get(messageId!) ?? 0) + 1);
  const last = new Map<string, number>();
  for (const { connection, groupId, messageId, end, text } of sends) {
    if (connection === undefined || end !== 'ok' || tries.get(messageId!) !== 1) continue;
    const key = `${connection} ${groupId}`;
    const seq = seqs.get(messageId!)!;
    if (seq < (last.get(key) ?? 0)) findings.add('reordered', `${connection}: "${text}" overtook another, as ${seq}`);
    last.set(key, seq);
  }
}
