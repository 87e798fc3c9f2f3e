import { currentMemberships, type Rows } from './rows.js';

/** Where a group's rows stand at the end. */
export class FinalState {
  private readonly revisions: number[];
  private readonly created: Map<string, number>;

  constructor(rows: Rows, groupId: string) {
    const mine = <R extends { groupId: string }>(all: R[]) => all.filter((row) => row.groupId === groupId);
    const messages = mine(rows.messages);
    const members = mine(currentMemberships(rows));
    const profile = rows.groups.filter(({ id }) => id === groupId).map(({ profileRevision }) => profileRevision);
    this.revisions = [...messages.map((row) => row.revision), ...members.map((row) => row.revision), ...profile];
    this.revisions.sort((a, b) => a - b);
    this.created = new Map(messages.map(({ id, createdRevision }) => [id, createdRevision]));
  }

  /** The revision at which a message was made. */
  createdAt(id: string): number | undefined {
    return this.created.get(id);
  }

  /** The revisions of last changes that are after `after` and not after `to`. */
  revisionsBetween(after: number, to: number): number[] {
    return this.revisions.slice(this.firstAfter(after), this.firstAfter(to));
  }

  private firstAfter(revision: number): number {
    let [low, high] = [0, this.revisions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.revisions[middle]! > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
