import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { violations } from '../support/import-rule.js';

const SRC = join(import.meta.dirname, '..', '..', 'src');

describe('The house', () => {
  it('is built in order: imports go to the left only, and never in a circle', () => {
    const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(50);
    const texts = files.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(SRC, path), 'utf8')] as const);
    expect(violations(new Map(texts))).toEqual([]);
  });

  it.each<[what: string, files: Record<string, string>, found: string]>([
    [
      'an import to the right',
      { 'users/a.ts': `import { b } from '../groups/b.js';`, 'groups/b.ts': '' },
      'users/a.ts imports groups/b.ts',
    ],
    [
      'an import of a type to the right',
      { 'common/a.ts': `import type { B } from '../config/b.js';`, 'config/b.ts': '' },
      'common/a.ts imports config/b.ts',
    ],
    [
      'an import at run time to the right',
      { 'auth/a.ts': `await import('../realtime/b.js');`, 'realtime/b.ts': '' },
      'auth/a.ts imports realtime/b.ts',
    ],
    [
      'a re-export to the right',
      { 'changes/a.ts': `export * from '../messages/b.js';`, 'messages/b.ts': '' },
      'changes/a.ts imports messages/b.ts',
    ],
    [
      'an import of the application',
      { 'realtime/a.ts': `import '../app.js';`, 'app.ts': '' },
      'realtime/a.ts imports app.ts',
    ],
    [
      'health that looks into a feature',
      { 'health/a.ts': `import '../users/b.js';`, 'users/b.ts': '' },
      'health/a.ts imports users/b.ts',
    ],
    [
      'a feature that looks into health',
      { 'realtime/a.ts': `import '../health/b.js';`, 'health/b.ts': '' },
      'realtime/a.ts imports health/b.ts',
    ],
    [
      'a folder that is not in the order',
      { 'extras/a.ts': `import '../common/b.js';`, 'common/b.ts': '' },
      'extras/a.ts imports common/b.ts',
    ],
    ['an import from beside src', { 'users/a.ts': `import '../../test/b.js';` }, 'users/a.ts imports ../test/b.ts'],
    [
      'a circle',
      { 'users/a.ts': `import './b.js';`, 'users/b.ts': `import { a } from './a.js';` },
      'a circle: users/a.ts → users/b.ts → users/a.ts',
    ],
    ['forwardRef', { 'users/a.ts': `const later = forwardRef(() => B);` }, 'users/a.ts uses forwardRef'],
    [
      'a look at the environment',
      { 'users/a.ts': `const port = process.env.PORT;` },
      'users/a.ts reads the environment',
    ],
    ['another look at it', { 'users/a.ts': `import { env } from 'node:process';` }, 'users/a.ts reads the environment'],
  ])('does not allow %s', (_, files, found) => {
    expect(violations(new Map(Object.entries(files)))).toEqual([found]);
  });

  it('allows a circle of types, and words in comments', () => {
    const files = {
      'users/a.ts': `import type { B } from './b.js'; // no forwardRef, no process.env`,
      'users/b.ts': `import { type A } from './a.js';`,
      'database/c.ts': `import { migrations } from '../../migrations/all.js';`,
    };
    expect(violations(new Map(Object.entries(files)))).toEqual([]);
  });
});
