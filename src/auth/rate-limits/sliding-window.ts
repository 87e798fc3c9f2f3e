import type { Rate } from '../../config/config.js';

/** Pieces into which a window is cut: what is counted leaves it a piece at a time, so at most a sixtieth too early. */
export const PIECES = 60;

/** What became of one more, and how things stand after it. Times are in milliseconds from now. */
export interface Count {
  accepted: boolean;
  remaining: number;
  /** Until one more is accepted; 0 when it is now. */
  retryIn: number;
  /** Until none is counted any more. */
  wholeIn: number;
}

interface Tally {
  total: number;
  /** The pieces in which something was counted, the oldest first. */
  pieces: { number: number; count: number }[];
}

/** Counts per key in this process, in a window that slides. What is refused is not counted. */
export class SlidingWindow {
  private readonly piece: number;
  /** The keys that were used lately, and those that were before: forgotten after two windows at most. */
  private recent = new Map<string, Tally>();
  private older = new Map<string, Tally>();
  private turnAt = 0;

  constructor(private readonly rate: Rate) {
    this.piece = (rate.duration * 1000) / PIECES;
  }

  take(key: string, now = Date.now()): Count {
    const current = Math.floor(now / this.piece);
    const tally = this.tallyOf(key, now);
    while (tally.pieces[0] && tally.pieces[0].number <= current - PIECES) tally.total -= tally.pieces.shift()!.count;
    const accepted = tally.total < this.rate.points;
    if (accepted) add(tally, current);
    const leavesIn = (number: number) => (number + PIECES) * this.piece - now;
    return {
      accepted,
      remaining: this.rate.points - tally.total,
      retryIn: tally.total < this.rate.points ? 0 : leavesIn(tally.pieces[0]!.number),
      wholeIn: leavesIn(tally.pieces.at(-1)!.number),
    };
  }

  /** Takes the last one back, as if it had not been. */
  giveBack(key: string): void {
    const tally = this.tallyOf(key, Date.now());
    const last = tally.pieces.at(-1);
    if (!last) return;
    tally.total -= 1;
    last.count -= 1;
    if (last.count === 0) tally.pieces.pop();
  }

  private tallyOf(key: string, now: number): Tally {
    if (now >= this.turnAt) {
      this.older = this.recent;
      this.recent = new Map();
      this.turnAt = now + this.rate.duration * 1000;
    }
    let tally = this.recent.get(key);
    if (!tally) this.recent.set(key, (tally = this.older.get(key) ?? { total: 0, pieces: [] }));
    return tally;
  }
}

function add(tally: Tally, number: number): void {
  tally.total += 1;
  const last = tally.pieces.at(-1);
  if (last?.number === number) last.count += 1;
  else tally.pieces.push({ number, count: 1 });
}
