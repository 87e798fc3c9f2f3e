import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { completeDocument } from './complete-document.js';

const DESCRIPTION = `
Group chat: accounts, groups, messages. Register or log in, press **Authorize** and paste the \`accessToken\`.

Messages arrive in real time over Socket.IO; see the README for that contract. Every error is a problem document
(RFC 9457) with a stable \`code\`.
`;

/** Swagger UI at `/docs`, the OpenAPI document at `/docs-json`. */
export function serveApiDocument(app: INestApplication): void {
  const document = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Messendger')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addTag('auth', 'Accounts and tokens')
    .addTag('sessions', 'Where I am logged in')
    .addTag('users', 'People')
    .addTag('groups', 'Conversations and who is in them')
    .addTag('messages', 'What is said')
    .addTag('health', 'For those who operate it')
    .build();
  const create = () => completeDocument(SwaggerModule.createDocument(app, document, { operationIdFactory: nameOf }));
  SwaggerModule.setup('docs', app, create, {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Messendger API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
}

/** What a generated client calls the operation: `messagesSend`. */
function nameOf(controller: string, method: string): string {
  const subject = controller.replace(/Controller$/, '');
  return subject.charAt(0).toLowerCase() + subject.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}
