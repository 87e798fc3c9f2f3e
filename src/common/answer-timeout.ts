import { OUTCOME_UNKNOWN, Problem } from './problem.js';

/**
 * Until a command or request is answered, whatever the database does, in milliseconds from its arrival. Longer than any
 * one wait for the database, so mostly there is an answer that says more.
 */
export const ANSWER_TIMEOUT_MS = 14_000;

/** For what was begun: it may still be done. */
export function unanswered(): Problem {
  return new Problem('unavailable', OUTCOME_UNKNOWN, { retryAfter: 1 });
}
