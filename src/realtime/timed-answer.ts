import type { Ack } from '../changes/contract.js';
import { ANSWER_TIMEOUT_MS, unanswered } from '../common/answer-timeout.js';
import { Problem } from '../common/problem.js';

export type Answer = (answer: Ack<unknown>) => void;

/** The one answer to a command, given at the latest `ANSWER_TIMEOUT_MS` after the command arrived. */
export class TimedAnswer {
  private readonly timer = setTimeout(() => this.giveUp(), ANSWER_TIMEOUT_MS);
  private begun = false;
  private given = false;
  private onGiven: () => void = () => undefined;

  constructor(private readonly acknowledge: Answer) {}

  /** Carries the command out, which answers it, unless it is answered already. Resolves when it is answered. */
  of(carryOut: () => Promise<void>): Promise<void> {
    if (this.given) return Promise.resolve();
    this.begun = true;
    return Promise.race([carryOut(), new Promise<void>((resolve) => (this.onGiven = resolve))]);
  }

  /** Whatever comes after the first answer is not told. */
  give(answer: Ack<unknown>): void {
    if (this.given) return;
    this.drop();
    this.acknowledge(answer);
    this.onGiven();
  }

  /** For a connection that is closed instead. */
  drop(): void {
    this.given = true;
    clearTimeout(this.timer);
  }

  private giveUp(): void {
    const problem = this.begun
      ? unanswered()
      : new Problem('unavailable', 'It was not begun: what came before it takes too long.', { retryAfter: 1 });
    this.give({ error: problem.toDetails() });
  }
}
