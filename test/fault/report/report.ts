import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../checker/findings.js';
import type { Recorder } from '../history/recorder.js';
import { ROUNDS, SEED } from '../stage/settings.js';

const FILE = join(import.meta.dirname, '..', 'report.txt');

export interface Played {
  name: string;
  seconds: number;
  counts: Recorder['counts'] & { faults: number; sent: number };
  findings: Finding[];
  /** What else was measured. */
  figures: string[];
}

/** Adds a scenario to the run's page. */
export function writeReport({ name, seconds, counts, findings, figures }: Played): void {
  begin();
  const verdict = findings.length === 0 ? 'nothing found' : `FOUND ${findings.length}`;
  const columns = [
    name.padEnd(64),
    `${seconds.toFixed(1)} s`.padStart(7),
    String(counts.faults).padStart(7),
    String(counts.sent).padStart(6),
    String(counts.unknown).padStart(8),
    String(counts.failed).padStart(8),
    String(counts.connected).padStart(12),
    String(counts.event).padStart(8),
    `  ${verdict}`,
  ];
  const lines = [
    columns.join(''),
    ...figures.map((figure) => `    ${figure}`),
    ...findings.map(({ fault, what }) => `    ${fault}: ${what}`),
  ];
  appendFileSync(FILE, `${lines.join('\n')}\n`);
}

/** The first scenario of a run begins a new page. */
function begin(): void {
  const run = `run ${process.env.TEST_RUN ?? process.ppid}`;
  if (existsSync(FILE) && readFileSync(FILE, 'utf8').includes(run)) return;
  const titles = 'scenario'.padEnd(64) + '   took faults  sends unknown refused connections  events  what was found';
  writeFileSync(FILE, `Messendger, fault suite: seed ${SEED}, rounds ${ROUNDS}, ${run}\n\n${titles}\n`);
}
