import type { Entry } from '../history/entries.js';
import type { Attempt } from './attempts.js';
import type { Findings } from './findings.js';
import type { MembershipChange, Rows } from './rows.js';

/** What a group gave to someone must be of a time at which they were in it, or given to them once they were again. */
export function checkAccess(history: Entry[], rows: Rows, findings: Findings): void {
  const changes = new Map<string, MembershipChange[]>();
  for (const change of rows.memberships) {
    const key = `${change.groupId} ${change.user}`;
    changes.set(key, [...(changes.get(key) ?? []), change]);
  }
  const users = new Map<string, string>();
  const may = (connection: string, groupId: string, revision: number | undefined, at: number): boolean => {
    const mine = changes.get(`${groupId} ${users.get(connection)}`) ?? [];
    if (mine.some((change) => !change.left && change.at <= at && change.revision >= (revision ?? 0))) return true;
    return revision !== undefined && mine.findLast((change) => change.revision <= revision)?.left === false;
  };
  for (const entry of history) {
    if (entry.type === 'connected') users.set(entry.connection, entry.user);
    if (entry.type !== 'event' || entry.event === 'group:removed') continue;
    const { connection, event, groupId, revision, at } = entry;
    const given = [
      ...Object.entries(entry.heads ?? {}),
      ...(groupId === undefined ? [] : [[groupId, revision] as const]),
    ];
    for (const [id, of] of given) {
      if (may(connection, id, of, at)) continue;
      findings.add('leak', `${connection} got ${event} of ${id} at revision ${of ?? 'none'} and was not in it`);
    }
  }
}

/** An acknowledged join, departure or removal happened. */
export function checkMemberships(attempts: Attempt[], rows: Rows, findings: Findings): void {
  for (const { verb, end, groupId, target, at, answeredAt } of attempts) {
    if (end !== 'ok' || target === undefined) continue;
    const mine = rows.memberships.filter((change) => change.groupId === groupId && change.user === target);
    const ends = verb === 'leave' || verb === 'remove';
    // Clocks of one machine, read in two places: a millisecond is nothing.
    const during = mine.filter((change) => change.at >= at - 1 && change.at <= answeredAt + 1);
    const happened = during.some(({ left }) => left === ends);
    const before = mine.findLast((change) => change.at <= at)?.left === false;
    if (!happened && (ends || !before)) findings.add('acknowledged change lost', `${verb} of ${target} in ${groupId}`);
  }
}
