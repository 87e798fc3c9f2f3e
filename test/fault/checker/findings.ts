/** Every way in which the promise can be broken. */
export type Fault =
  | 'lost'
  | 'stored twice'
  | 'orphan'
  | 'never sent'
  | 'stored otherwise'
  | 'unknown became something else'
  | 'failed yet stored'
  | 'acknowledged change lost'
  | 'reordered'
  | 'reactions disagree'
  | 'seq gap'
  | 'revision anomaly'
  | 'two orders'
  | 'given twice'
  | 'given out of order'
  | 'hole'
  | 'missed'
  | 'not from the cursor'
  | 'created twice'
  | 'updated before created'
  | 'leak'
  | 'another state'
  | 'stuck'
  | 'internal error'
  | 'broken';

export interface Finding {
  fault: Fault;
  what: string;
}

/** Collects findings; of each kind so many that one sees what is wrong, and the number of the others. */
export class Findings {
  private readonly found = new Map<Fault, string[]>();

  add(fault: Fault, what: string): void {
    const known = this.found.get(fault);
    if (known) known.push(what);
    else this.found.set(fault, [what]);
  }

  list(limit = 10): Finding[] {
    return [...this.found].flatMap(([fault, whats]) => {
      const shown = whats.slice(0, limit).map((what) => ({ fault, what }));
      return whats.length > limit ? [...shown, { fault, what: `… and ${whats.length - limit} more` }] : shown;
    });
  }
}
