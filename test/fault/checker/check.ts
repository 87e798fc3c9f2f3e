import type { Entry } from '../history/entries.js';
import { checkAccess, checkMemberships } from './access.js';
import { attemptsOf } from './attempts.js';
import { checkCounters } from './counters.js';
import { type Finding, Findings } from './findings.js';
import { checkAgreement, checkTime } from './order.js';
import type { Rows } from './rows.js';
import { checkStorage } from './storage.js';
import { checkStreams } from './streams.js';
import { checkViews } from './views.js';

/** Every way in which a history and what the database holds at its end break the promise; none when it was kept. */
export function check(history: Entry[], rows: Rows): Finding[] {
  const findings = new Findings();
  const attempts = attemptsOf(history);
  checkStorage(attempts, rows, findings);
  checkMemberships(attempts, rows, findings);
  checkCounters(rows, findings);
  checkAgreement(history, rows, findings);
  checkTime(attempts, rows, findings);
  checkStreams(history, rows, findings);
  checkViews(history, rows, findings);
  checkAccess(history, rows, findings);
  for (const entry of history) {
    if (entry.type === 'broken') findings.add('broken', entry.what);
    if (entry.type === 'unknown' && entry.why === 'internal_error') {
      findings.add('internal error', `attempt ${entry.attempt} was answered with 500`);
    }
  }
  return findings.list();
}
