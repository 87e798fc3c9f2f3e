import type { Findings } from './findings.js';
import { currentMemberships, type Rows } from './rows.js';

/** seq and revision as the database has them: dense, in the order of creation, each taken once. */
export function checkCounters(rows: Rows, findings: Findings): void {
  for (const group of rows.groups) {
    const messages = rows.messages.filter(({ groupId }) => groupId === group.id).sort((a, b) => a.seq - b.seq);
    messages.forEach(({ seq }, index) => {
      const before = index === 0 ? 0 : messages[index - 1]!.seq;
      if (seq !== before + 1) findings.add('seq gap', `${group.id}: seq ${seq} comes after ${before}`);
    });
    const last = messages.at(-1)?.seq ?? 0;
    if (last !== group.lastSeq)
      findings.add('seq gap', `${group.id}: the counter is ${group.lastSeq}, the last ${last}`);
    const anomaly = (what: string) => findings.add('revision anomaly', `${group.id}: ${what}`);
    messages.forEach((message, index) => {
      const before = index === 0 ? 0 : messages[index - 1]!.createdRevision;
      if (message.createdRevision <= before) anomaly(`seq ${message.seq} was made before the one ahead of it`);
      if (message.revision < message.createdRevision) anomaly(`seq ${message.seq} changed before it was made`);
    });
    const taken = new Set<number>();
    const memberships = currentMemberships(rows).filter(({ groupId }) => groupId === group.id);
    for (const { revision } of [...messages, ...memberships]) {
      if (taken.has(revision)) anomaly(`revision ${revision} was taken twice`);
      if (revision > group.revision) anomaly(`revision ${revision} is above the counter, ${group.revision}`);
      taken.add(revision);
    }
  }
}
