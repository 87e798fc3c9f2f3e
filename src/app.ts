import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { serveApiDocument } from './api-document.js';
import { AppModule } from './app.module.js';
import { ProblemFilter } from './common/problem.filter.js';
import { JSON_BODY, parseQuery } from './common/request-input.js';
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
  app.useBodyParser('json', JSON_BODY);
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  app.useWebSocketAdapter(new ChatIoAdapter(app));
  answerUnreadable(app.getHttpServer());
  serveApiDocument(app);
  servePage(app);
  return app;
}
