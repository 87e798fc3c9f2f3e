import type { Random } from '../driver/random.js';
import { acknowledgedRow, acksOf } from './places.js';
import type { MessageRow } from './rows.js';
import { GROUP, PLAIN, type Story } from './synthetic.js';

/** Each of these breaks the promise in one place of what is stored, for the checker to find. */

export function loseRow(story: Story, random: Random): void {
  const row = acknowledgedRow(story, random);
  story.rows.messages = story.rows.messages.filter((one) => one !== row);
}

export function doubleRow(story: Story, random: Random): void {
  const [group] = story.rows.groups;
  const [seq, revision] = [(group!.lastSeq += 1), (group!.revision += 1)];
  story.rows.messages.push({ ...acknowledgedRow(story, random), id: 'twin', seq, revision, createdRevision: revision });
}

export function orphanRow(story: Story, random: Random): void {
  acknowledgedRow(story, random).groupId = 'gone';
}

export function disownRow(story: Story, random: Random): void {
  acknowledgedRow(story, random).sender = 'stranger';
}

export function inventRow({ rows }: Story): void {
  const [group] = rows.groups;
  const [seq, revision] = [(group!.lastSeq += 1), (group!.revision += 1)];
  const row = { ...PLAIN, id: 'ghost', groupId: GROUP, sender: 'ann', text: 'boo' };
  rows.messages.push({ ...row, seq, revision, createdRevision: revision });
}

export function lieInAck(story: Story, random: Random): void {
  random.pick(acksOf(story)).message!.seq += 1;
}

export function garbleUnknown({ history, rows }: Story): void {
  const row = rows.messages.find(({ deleted }) => !deleted)!;
  row.text = `${row.text.split(' ', 1)[0]!} garbled`;
  const attempts = history.flatMap((entry) => (entry.type === 'invoked' && entry.messageId === row.id ? [entry] : []));
  const sends = new Set(attempts.filter(({ verb }) => verb === 'send').map(({ attempt }) => attempt));
  for (const [index, entry] of history.entries()) {
    if (entry.type === 'ok' && sends.has(entry.attempt)) {
      history[index] = { type: 'unknown', attempt: entry.attempt, why: 'cut', at: entry.at };
    }
  }
}

export function resurrect({ rows }: Story): void {
  const [group] = rows.groups;
  const [seq, revision] = [(group!.lastSeq += 1), (group!.revision += 1)];
  const row = { ...PLAIN, id: 'refused', groupId: GROUP, sender: 'eve', text: 'mX said' };
  rows.messages.push({ ...row, seq, revision, createdRevision: revision });
}

export function undoEdit({ history, rows }: Story): void {
  const edited = rows.messages.find(({ revision, createdRevision }) => revision > createdRevision)!;
  const send = history.find((entry) => entry.type === 'invoked' && entry.messageId === edited.id);
  if (send?.type === 'invoked') edited.text = send.text!;
  Object.assign(edited, PLAIN, { revision: edited.createdRevision });
}

/** It is stored as if it had not been, under the revision that it took. */
export function undoReaction({ history, rows }: Story): void {
  const row = rows.messages.find(({ reacted }) => reacted.length > 0) ?? addReaction({ history, rows });
  Object.assign(row, { reactions: '', reacted: [] });
}

/** Each message may have changed since, or have been deleted: then one more reacts at the end. */
function addReaction({ history, rows }: Story): MessageRow {
  const row = rows.messages.at(-1)!;
  Object.assign(row, PLAIN, { revision: (rows.groups[0]!.revision += 1) });
  const { id, groupId, seq, revision, sender, text } = row;
  const message = { id, groupId, seq, revision, sender, text, deleted: false, reactions: '👍1:ann', pinned: false };
  const at = history.at(-1)!.at;
  const intent = { verb: 'react', user: 'ann', groupId: GROUP, messageId: id, emoji: '👍' } as const;
  history.push({ type: 'invoked', attempt: 9_999, ...intent, at });
  history.push({ type: 'ok', attempt: 9_999, message, at });
  return row;
}

export function splitReactions({ rows }: Story, random: Random): void {
  random.pick(rows.messages).reacted.push('😂 eve');
}

export function forgetRemoval({ history }: Story): void {
  const at = history.at(-1)!.at;
  const intent = { verb: 'remove', user: 'ann', groupId: GROUP, target: 'bob' } as const;
  history.push({ type: 'invoked', attempt: 9_999, ...intent, at: at + 1 }, { type: 'ok', attempt: 9_999, at: at + 2 });
}

export function burnSeq({ rows }: Story, random: Random): void {
  const from = random.whole(2, rows.messages.length);
  for (const row of rows.messages) if (row.seq >= from) row.seq += 1;
  rows.groups[0]!.lastSeq += 1;
}

export function repeatRevision({ rows }: Story, random: Random): void {
  const index = random.whole(1, rows.messages.length - 1);
  rows.messages[index]!.revision = rows.messages[index - 1]!.revision;
}

export function overtake({ rows }: Story, random: Random): void {
  const index = random.whole(5, rows.messages.length - 1);
  const [early, late] = [rows.messages[index - 5]!, rows.messages[index]!];
  [early.seq, late.seq] = [late.seq, early.seq];
}
