import { readFileSync } from 'node:fs';
import type { Entry } from './entries.js';

/** The entries of a history file; a last line that its writer did not finish is left out. */
export function readHistory(path: string): Entry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Entry);
}
