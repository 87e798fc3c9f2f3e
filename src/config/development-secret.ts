import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The signing secret for development: made once and kept in the data folder, so that tokens outlive a restart. */
export function developmentSecret(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'jwt-secret');
  return read(path) ?? create(path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Written whole before it gets its name, so that a second process that starts meanwhile reads the same secret. */
function create(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(48).toString('base64')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch {
    // Another process was first; its secret is read below.
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}
