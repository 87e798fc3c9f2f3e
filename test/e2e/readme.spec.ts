import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

const ROOT = join(import.meta.dirname, '..', '..');

describe('The client of the README', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('runs as it is written', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const [, code] = /```js\n([\s\S]*?)```/.exec(readme)!;
    const child = spawn(process.execPath, ['--input-type=module'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(code!.replace('http://localhost:8000', app.url));
    const printed: string[] = [];
    for await (const line of createInterface(child.stdout)) if (printed.push(line) === 2) break;
    const ended = once(child, 'close');
    child.kill();
    await ended;
    expect(printed.sort()).toEqual(['Stored as message 1 of Hello', expect.stringMatching(/^ann-\d+: Hello, world!$/)]);
  });
});

it('SECURITY.md names only what there is', async () => {
  const text = await readFile(join(ROOT, 'SECURITY.md'), 'utf8');
  const named = [...text.matchAll(/`((?:src|test|web)\/[^`]+|[\w.-]+\.(?:md|json|js)|Dockerfile)`/g)];
  expect(named.length).toBeGreaterThan(40);
  expect(named.map(([, path]) => path!).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
