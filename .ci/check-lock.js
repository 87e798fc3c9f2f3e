/**
 * Fails when an entry of the lock file has no hash of its contents: npm would then install anything that a registry
 * gives out under that name and version. npm itself leaves hashes out when it locks what is installed already.
 *
 *   node .ci/check-lock.js [package-lock.json]
 */
import { readFileSync } from 'node:fs';

const file = process.argv[2] ?? new URL('../package-lock.json', import.meta.url);
const { packages } = JSON.parse(readFileSync(file, 'utf8'));
const unlocked = Object.entries(packages)
  .filter(([path, { integrity, link }]) => path !== '' && !link && !/^sha512-/.test(integrity ?? ''))
  .map(([path]) => path);

if (unlocked.length > 0) {
  console.error(`${unlocked.length} of ${Object.keys(packages).length} packages are locked without a hash:`);
  for (const path of unlocked.slice(0, 20)) console.error(`  ${path}`);
  console.error('Make package-lock.json in a folder without node_modules: npm install --package-lock-only');
  process.exit(1);
}
console.log(`${Object.keys(packages).length - 1} packages, each with the hash of its contents`);
