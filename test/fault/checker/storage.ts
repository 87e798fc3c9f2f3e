import { type Attempt, byMessage } from './attempts.js';
import type { Findings } from './findings.js';
import type { SeenMessage } from '../history/entries.js';
import { hasReaction } from '../history/reactions.js';
import { contentOf } from './content.js';
import type { MessageRow, Rows } from './rows.js';

/** The first word of a text names the send that it belongs to, and an edit keeps it. */
const token = (text: string): string => text.split(' ', 1)[0]!;

/** What was sent against what is stored. */
export function checkStorage(attempts: Attempt[], stored: Rows, findings: Findings): void {
  const { messages } = stored;
  const sends = byMessage(attempts.filter(({ verb }) => verb === 'send'));
  const changes = byMessage(attempts.filter(({ verb }) => verb === 'edit' || verb === 'delete'));
  const marks = byMessage(attempts.filter(({ verb }) => /react|pin/.test(verb)));
  const rows = new Map(messages.map((row) => [row.id, row]));
  for (const [id, tries] of sends) checkSend(id, tries, changes.get(id) ?? [], rows.get(id), findings);
  for (const [id, tries] of [...changes, ...marks]) checkChanges(id, tries, rows.get(id), findings);
  checkReactions(messages, findings);
  checkTwins(messages, findings);
  checkOwners(stored, findings);
  for (const { id, text } of messages) if (!sends.has(id)) findings.add('never sent', `${id} "${text}"`);
}

function checkSend(
  id: string,
  tries: Attempt[],
  changes: Attempt[],
  row: MessageRow | undefined,
  findings: Findings,
): void {
  const name = `${id} "${tries[0]!.text}"`;
  const acknowledged = tries.filter(({ end }) => end === 'ok');
  if (acknowledged.length > 0 && !row) return findings.add('lost', `${name} was acknowledged and is not stored`);
  if (!row) return;
  if (tries.every(({ end }) => end === 'failed')) findings.add('failed yet stored', `${name} was refused`);
  const { user, groupId, text } = tries[0]!;
  const texts = new Set([text, ...changes.map((change) => (change.verb === 'edit' ? change.text : ''))]);
  if (row.sender !== user || row.groupId !== groupId || !texts.has(row.text)) {
    const fault = acknowledged.length > 0 ? 'stored otherwise' : 'unknown became something else';
    findings.add(fault, `${name} is stored as "${row.text}" of ${row.sender} in ${row.groupId}`);
  }
  for (const { message } of acknowledged) {
    if (message && (message.seq !== row.seq || message.id !== id)) {
      findings.add('stored otherwise', `${name} was acknowledged as seq ${message.seq} and is ${row.seq}`);
    }
  }
}

/** An acknowledged change is in its acknowledgement; and that is how the message is stored, or something newer is. */
function checkChanges(id: string, tries: Attempt[], row: MessageRow | undefined, findings: Findings): void {
  for (const attempt of tries) {
    const { verb, message, end } = attempt;
    if (end !== 'ok' || !message) continue;
    const newer = row !== undefined && row.revision > message.revision;
    const there = row?.revision === message.revision && contentOf(row) === contentOf(message);
    if (!happened(attempt, message)) findings.add('acknowledged change lost', `${verb} of ${id} is not in its answer`);
    if (!newer && !there) findings.add('acknowledged change lost', `${verb} of ${id} at revision ${message.revision}`);
    if (verb === 'delete' && row && !row.deleted) findings.add('acknowledged change lost', `${id} is back`);
  }
}

function happened({ verb, user, text, emoji }: Attempt, message: SeenMessage): boolean {
  switch (verb) {
    case 'edit':
      return message.text === text;
    case 'delete':
      return message.deleted;
    case 'react':
    case 'unreact':
      return hasReaction(message.reactions, emoji!, user) === (verb === 'react');
    default:
      return message.pinned === (verb === 'pin');
  }
}

/** What a message shows of its reactions is what is kept of them one by one; a deleted one has none. */
function checkReactions(messages: MessageRow[], findings: Findings): void {
  for (const { id, reactions, reacted, deleted, pinned } of messages) {
    const shown = reactions === '' ? [] : reactions.split(' ').flatMap(spread);
    const agree = shown.toSorted().join() === reacted.toSorted().join();
    if (!agree) findings.add('reactions disagree', `${id} shows "${reactions}", and has ${reacted.join(', ')}`);
    if (deleted && (reactions !== '' || pinned)) findings.add('reactions disagree', `${id} is deleted and keeps marks`);
  }
}

/** A written reaction of several people, one by one. */
function spread(written: string): string[] {
  const [, emoji, users] = /^(.*?)\d+:(.*)$/u.exec(written)!;
  return users!.split('+').map((user) => `${emoji} ${user}`);
}

function checkTwins(messages: MessageRow[], findings: Findings): void {
  const seen = new Map<string, MessageRow>();
  for (const row of messages) {
    // A deleted one has lost its text, and with it its name.
    const names = row.deleted ? [row.id] : [row.id, token(row.text)];
    for (const name of names) {
      const twin = seen.get(name);
      if (twin) findings.add('stored twice', `"${name}" as seq ${twin.seq} and as seq ${row.seq}`);
      seen.set(name, row);
    }
  }
}

/** Each message is of a group that is there, and of one who was a member of it: no foreign key says so. */
function checkOwners({ groups, messages, memberships }: Rows, findings: Findings): void {
  const there = new Set(groups.map(({ id }) => id));
  const members = new Set(memberships.map(({ groupId, user }) => `${groupId} ${user}`));
  for (const { id, groupId, sender } of messages) {
    if (!there.has(groupId)) findings.add('orphan', `${id} is of group ${groupId}, which is gone`);
    if (!members.has(`${groupId} ${sender}`)) findings.add('orphan', `${id} is of ${sender}, who was never a member`);
  }
}
