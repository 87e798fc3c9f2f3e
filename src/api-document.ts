import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { completeDocument } from './complete-document.js';
import { DOCS_PAGE } from './docs-page.js';

const DESCRIPTION = `
Group chat: accounts, groups, messages. To try the API from this page, call \`POST /register\`, copy the \`accessToken\` from
the answer, press **Authorize** and paste it.

Messages arrive in real time over Socket.IO; see the README for that contract. Every error is a problem document
(RFC 9457) with a stable \`code\`.
`;

const TOKEN = `
An access token. To get one, call \`POST /register\` or \`POST /login\` on this page, copy \`accessToken\` from the answer, without
the quotes, and paste it here. It is valid for 15 minutes unless the server sets another time (\`expiresIn\`), and is
forgotten when the page is reloaded.
`;

/**
 * Swagger UI at `/docs`, the OpenAPI document at `/docs-json`. The page shares its origin with the chat, so it keeps
 * nothing that it is given, and takes no password: a token of a few minutes is all that it needs.
 */
export function serveApiDocument(app: NestExpressApplication): void {
  const document = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Messendger')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: TOKEN })
    .addTag('auth', 'Accounts and tokens')
    .addTag('sessions', 'Where I am logged in')
    .addTag('users', 'People')
    .addTag('groups', 'Conversations and who is in them')
    .addTag('messages', 'What is said')
    .addTag('health', 'For those who operate it')
    .build();
  const create = () => completeDocument(SwaggerModule.createDocument(app, document, { operationIdFactory: nameOf }));
  // What of it changes, does so with the release.
  app.use(['/docs', '/docs-json'], (_request: unknown, response: Response, next: () => void) => {
    response.setHeader('Cache-Control', 'no-cache');
    next();
  });
  const page = (_request: Request, response: Response) => response.type('text/html').send(DOCS_PAGE);
  const routes = app.getHttpAdapter().getInstance();
  routes.get(['/docs', '/docs/index.html'], page);
  SwaggerModule.setup('docs', app, create, {
    jsonDocumentUrl: 'docs-json',
    swaggerOptions: { layout: 'BaseLayout', persistAuthorization: false, displayRequestDuration: true },
  });
}

/** What a generated client calls the operation: `messagesSend`. */
function nameOf(controller: string, method: string): string {
  const subject = controller.replace(/Controller$/, '');
  return subject.charAt(0).toLowerCase() + subject.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}
