import { Injectable } from '@nestjs/common';

/** How long after the last connection closed a user counts as gone, in milliseconds: a reload is not told. */
export const GRACE = 5_000;
/** The most that is stored at once. */
const MAX_CHANGES = 1_000;

/** That a user came to this node, or went from it. */
export interface LocalChange {
  userId: string;
  isHere: boolean;
  /** How long ago that was, in milliseconds. */
  age: number;
}

interface Place {
  connections: number;
  /** Whether the database has it that the user is here. */
  isStored: boolean;
  /** When the last connection closed. */
  leftAt: number;
}

/** Who is connected to this node, and what of it the database does not know yet. */
@Injectable()
export class LocalPresence {
  private readonly places = new Map<string, Place>();
  private readonly unsettled = new Set<string>();

  get isEmpty(): boolean {
    return this.places.size === 0;
  }

  /** A connection of the user opened. */
  open(userId: string): void {
    const place = this.places.get(userId) ?? { connections: 0, isStored: false, leftAt: 0 };
    place.connections += 1;
    this.places.set(userId, place);
    if (!place.isStored) this.unsettled.add(userId);
  }

  /** One closed. */
  close(userId: string): void {
    const place = this.places.get(userId)!;
    place.connections -= 1;
    if (place.connections > 0) return;
    place.leftAt = performance.now();
    this.unsettled.add(userId);
  }

  /** What is to be stored now; see `settle`. */
  due(): LocalChange[] {
    const now = performance.now();
    const changes: LocalChange[] = [];
    for (const userId of this.unsettled) {
      const { connections, isStored, leftAt } = this.places.get(userId)!;
      if (connections > 0 && isStored) this.unsettled.delete(userId);
      else if (connections > 0) changes.push({ userId, isHere: true, age: 0 });
      else if (now - leftAt >= GRACE) changes.push({ userId, isHere: false, age: now - leftAt });
      if (changes.length === MAX_CHANGES) break;
    }
    return changes;
  }

  /** These are stored. Who came or went meanwhile is due again. */
  settle(changes: LocalChange[]): void {
    for (const { userId, isHere } of changes) {
      const place = this.places.get(userId)!;
      place.isStored = isHere;
      const isOpen = place.connections > 0;
      if (isOpen === isHere) this.unsettled.delete(userId);
      if (!isOpen && !isHere) this.places.delete(userId);
    }
  }

  /** The database has nothing of this node any more: everything is due. */
  unsettle(): void {
    for (const [userId, place] of this.places) {
      place.isStored = false;
      this.unsettled.add(userId);
    }
  }
}
