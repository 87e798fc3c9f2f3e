import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';

const YEAR = '365d';

/** The page at `/`. Its assets carry a hash of their content in their names, so they never change. */
export function servePage(app: NestExpressApplication): void {
  const built = fileURLToPath(new URL('../web', import.meta.url));
  app.useStaticAssets(`${built}/assets`, { prefix: '/assets', immutable: true, maxAge: YEAR });
  app.useStaticAssets(built, { index: 'index.html', setHeaders: revalidate });
}

function revalidate(response: { setHeader(name: string, value: string): void }): void {
  response.setHeader('Cache-Control', 'no-cache');
}
