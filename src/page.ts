import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';

const YEAR = '365d';
const READING = new Set(['GET', 'HEAD']);
const REVALIDATED = { 'Cache-Control': 'no-cache' };

/** The page at `/`. Its assets carry a hash of their content in their names, so they never change. */
export function servePage(app: NestExpressApplication): void {
  const built = fileURLToPath(new URL('../web', import.meta.url));
  app.useStaticAssets(`${built}/assets`, { prefix: '/assets', immutable: true, maxAge: YEAR });
  // The other files are known by name, so that no request to the API looks for a file first.
  const files = new Map(fileNames(built).map((name) => [`/${name}`, name])).set('/', 'index.html');
  app.use((request: Request, response: Response, next: () => void) => {
    const file = files.get(request.path);
    if (!file || !READING.has(request.method)) return next();
    response.sendFile(file, { root: built, cacheControl: false, headers: REVALIDATED }, (error?: Error) => {
      if (error && !response.headersSent) next(); // It is gone.
    });
  });
}

/** None where the page was not built, as in the development of the server. */
function fileNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}
