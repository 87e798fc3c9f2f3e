import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';

const YEAR = '365d';
const READS = new Set(['GET', 'HEAD']);
const REVALIDATED = { 'Cache-Control': 'no-cache' };

/** The page at `/`. Its assets carry a hash of their content in their names, so they never change. */
export function servePage(app: NestExpressApplication): void {
  const built = fileURLToPath(new URL('../web', import.meta.url));
  app.useStaticAssets(`${built}/assets`, { prefix: '/assets', immutable: true, maxAge: YEAR });
  // The other files by name: a request to the API is not to look for a file first.
  const names = readdirSync(built, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  const files = new Map([['/', 'index.html'], ...names.map((name): [string, string] => [`/${name}`, name])]);
  app.use((request: Request, response: Response, next: () => void) => {
    const file = files.get(request.path);
    if (!file || !READS.has(request.method)) return next();
    response.sendFile(file, { root: built, cacheControl: false, headers: REVALIDATED });
  });
}
