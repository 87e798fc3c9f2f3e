import { rm } from 'node:fs/promises';

export default async function teardown() {
  const cluster = globalThis.__cluster;
  if (!cluster) return;
  await cluster.postgres.stop();
  await rm(cluster.directory, { recursive: true, force: true });
}
