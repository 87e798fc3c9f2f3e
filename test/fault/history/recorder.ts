import { closeSync, openSync, writeSync } from 'node:fs';
import type { Entry, Invoked, Untimed } from './entries.js';

/** Appends to the history file, each entry before anything else happens: a driver that dies leaves what it saw. */
export class Recorder {
  readonly counts: Record<Entry['type'], number> = {
    invoked: 0,
    ok: 0,
    failed: 0,
    unknown: 0,
    connected: 0,
    event: 0,
    disconnected: 0,
    fault: 0,
    broken: 0,
    settled: 0,
  };
  private readonly file: number;
  private attempts = 0;
  private closed = false;

  constructor(readonly path: string) {
    this.file = openSync(path, 'a');
  }

  /** Once the recorder is closed, what still happens is not part of the history. */
  write(entry: Untimed): void {
    if (this.closed) return;
    this.counts[entry.type] += 1;
    writeSync(this.file, `${JSON.stringify({ ...entry, at: Date.now() })}\n`);
  }

  /** Records that a command is about to be tried, and returns the number of the attempt. */
  invoke(invoked: Omit<Invoked, 'type' | 'attempt' | 'at'>): number {
    this.attempts += 1;
    this.write({ type: 'invoked', attempt: this.attempts, ...invoked });
    return this.attempts;
  }

  close(): void {
    if (!this.closed) closeSync(this.file);
    this.closed = true;
  }
}
