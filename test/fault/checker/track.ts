import type { Received } from '../history/entries.js';
import type { Fault } from './findings.js';
import type { FinalState } from './final-state.js';

type Report = (fault: Fault, what: string) => void;

/** What one connection was given of one group, event by event. */
export class Track {
  /** Everything up to here the client had, or needs not have. */
  private base: number;
  /** The highest revision given or confirmed. */
  private last: number;
  /** Up to here it was checked that nothing is missing. */
  private confirmed: number;
  private given = new Set<number>();
  private created = new Set<string>();
  /** The revisions that were skipped and that nothing has confirmed yet. */
  private holes: { from: number; to: number }[] = [];

  constructor(
    private readonly final: FinalState,
    start: number,
    private readonly report: Report,
  ) {
    this.base = start;
    this.last = start;
    this.confirmed = start;
  }

  get position(): number {
    return this.last;
  }

  take({ event, revision, message }: Received): void {
    if (revision === undefined) return;
    if (event === 'group:reset') return this.reset(revision);
    if (event === 'group:synced') return this.synced(revision);
    this.durable(event, revision);
    if (message) this.checkKind(event, message.id);
  }

  /** The connection is over, or it is the end: what was skipped must have been nothing. */
  end(open: boolean): void {
    for (const { from, to } of this.holes) {
      if (open) this.report('hole', `revisions ${from} to ${to} never came`);
      else this.requireGiven(from - 1, to);
    }
  }

  private reset(revision: number): void {
    if (revision < this.last) this.report('given out of order', `reset to ${revision} after ${this.last}`);
    this.base = revision;
    this.last = revision;
    this.confirmed = revision;
    this.holes = [];
    this.created.clear();
  }

  private synced(revision: number): void {
    if (revision < this.last) this.report('given out of order', `synced to ${revision} after ${this.last}`);
    this.last = Math.max(this.last, revision);
    this.requireGiven(this.confirmed, this.last);
    this.confirmed = this.last;
    this.holes = [];
  }

  private durable(event: string, revision: number): void {
    if (this.given.has(revision)) return this.report('given twice', `${event} at revision ${revision}`);
    if (revision <= this.base)
      this.report('not from the cursor', `${event} at ${revision}, the cursor was ${this.base}`);
    else if (revision < this.last) this.report('given out of order', `${event} at ${revision} after ${this.last}`);
    if (revision > this.last + 1) this.holes.push({ from: this.last + 1, to: revision - 1 });
    this.given.add(revision);
    this.last = Math.max(this.last, revision);
  }

  private checkKind(event: string, id: string): void {
    const made = this.final.createdAt(id);
    if (event === 'message:created') {
      const had = this.created.has(id) || (made !== undefined && made <= this.base);
      if (had) this.report('created twice', `message ${id}, made at ${made}, cursor ${this.base}`);
      this.created.add(id);
    } else if (!this.created.has(id) && made !== undefined && made > this.base) {
      this.report('updated before created', `${event} of ${id}, made at ${made}, cursor ${this.base}`);
    }
  }

  /** Each row whose last change is in the range cannot have been superseded: it was given, or it was missed. */
  private requireGiven(after: number, to: number): void {
    for (const revision of this.final.revisionsBetween(after, to)) {
      if (!this.given.has(revision)) this.report('missed', `revision ${revision}, with the position at ${this.last}`);
    }
  }
}
