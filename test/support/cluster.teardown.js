import { readFile, rm } from 'node:fs/promises';

const FAULT_REPORT = new URL('../fault/report.txt', import.meta.url);

export default async function teardown() {
  await printReport();
  const cluster = globalThis.__cluster;
  if (!cluster) return;
  await cluster.postgres.stop();
  await rm(cluster.directory, { recursive: true, force: true });
}

/** What the fault suite did and found, if this run played it. */
async function printReport() {
  const report = await readFile(FAULT_REPORT, 'utf8').catch(() => '');
  if (report.includes(process.env.TEST_RUN)) process.stdout.write(`\n${report}`);
}
