import type { Entry, Invoked, SeenMessage } from '../history/entries.js';

/** How one attempt ended; `pending` when the driver never heard of it again, which promises as little as `unknown`. */
export interface Attempt extends Invoked {
  /** Its place, and that of its answer, in the history. */
  line: number;
  answeredLine: number;
  end: 'ok' | 'failed' | 'unknown' | 'pending';
  answeredAt: number;
  message?: SeenMessage;
}

/** Every attempt with its answer, in the order in which they were made. */
export function attemptsOf(history: Entry[]): Attempt[] {
  const attempts = new Map<number, Attempt>();
  for (const [line, entry] of history.entries()) {
    if (entry.type === 'invoked') {
      attempts.set(entry.attempt, { ...entry, line, answeredLine: Infinity, answeredAt: Infinity, end: 'pending' });
    }
    if (entry.type === 'ok' || entry.type === 'failed' || entry.type === 'unknown') {
      const attempt = attempts.get(entry.attempt)!;
      Object.assign(attempt, { end: entry.type, answeredLine: line, answeredAt: entry.at });
      if (entry.type === 'ok' && entry.message) attempt.message = entry.message;
    }
  }
  return [...attempts.values()];
}

/** The attempts by the message that they are about. */
export function byMessage(attempts: Attempt[]): Map<string, Attempt[]> {
  const grouped = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const id = attempt.messageId;
    if (id === undefined) continue;
    const known = grouped.get(id);
    if (known) known.push(attempt);
    else grouped.set(id, [attempt]);
  }
  return grouped;
}
