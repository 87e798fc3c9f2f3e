import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import { serveApiDocument } from './api-document.js';
import { AppModule } from './app.module.js';
import { AnswerTimeoutInterceptor, noteArrival } from './common/answer-timeout.interceptor.js';
import { Origins } from './common/origins.js';
import { ProblemFilter } from './common/problem.filter.js';
import { JSON_BODY, parseQuery } from './common/request-input.js';
import { securityHeaders } from './common/security-headers.js';
import { limitConnections } from './common/server-limits.js';
import { answerUnreadable } from './common/unreadable-requests.js';
import { StrictValidationPipe } from './common/validation.js';
import type { Config } from './config/config.js';
import { servePage } from './page.js';
import { ChatIoAdapter } from './realtime/chat-io.adapter.js';

/** The whole application, on a database that `config.databaseUrl` names and whose schema is up to date. */
export async function createApp(config: Config): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config), {
    abortOnError: false,
    bodyParser: false,
    bufferLogs: true,
  });
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.set('query parser', parseQuery);
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalInterceptors(new AnswerTimeoutInterceptor());
  answerUnreadable(app.getHttpServer());
  limitConnections(app.getHttpServer());
  const origins = new Origins(config.allowedOrigins, config.trustProxy > 0);
  const headers = securityHeaders((request) => origins.isSecure(request));
  app.useWebSocketAdapter(new ChatIoAdapter(app, [headers, origins.cors, origins.guard]));
  app.use(noteArrival, headers, origins.cors);
  serveApiDocument(app);
  servePage(app);
  app.use(neverStored);
  app.useBodyParser('json', JSON_BODY);
  return app;
}

/** What the API answers is of a person, and only of now (RFC 9111 section 5.2.2.5). */
function neverStored(_request: unknown, response: Response, next: () => void): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}
