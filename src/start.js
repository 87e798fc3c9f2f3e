/**
 * `npm start`: builds what is not built, or is older than its sources, and goes on as the server, in this very process.
 *
 * package.json calls it by `exec`, so that the shell between npm and this process is gone: a shell ends by the SIGTERM
 * that npm passes on, and would leave the server running. cmd.exe knows no `exec` and goes on with what is behind `||`;
 * Windows has no such signals.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist', 'src', 'main.js');
const SETTINGS = ['package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
const SOURCES = ['src', 'migrations', 'web', ...SETTINGS];

/** When something at this path was last changed, in milliseconds; 0 if there is nothing. */
function changedAt(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

/** The page is built last: where it is there, everything is. */
const builtAt = changedAt(join(root, 'dist', 'web', 'index.html'));
// Without the build tools (`npm ci --omit=dev`), what is built is all there is.
const canBuild = existsSync(join(root, 'node_modules', '@nestjs', 'cli'));
if (!existsSync(main) || (canBuild && SOURCES.some((name) => changedAt(join(root, name)) > builtAt))) {
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit', shell: true });
  if (status !== 0) process.exit(status ?? 1);
}
await import('../dist/src/main.js');
