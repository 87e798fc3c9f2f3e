import type { IncomingMessage } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import { serveApiDocument } from './api-document.js';
import { AppModule } from './app.module.js';
import { originOf } from './audit/request-origin.js';
import { SecurityLog } from './audit/security-log.js';
import { RateLimits } from './auth/rate-limits/rate-limits.js';
import { addressKey } from './common/address.js';
import { AnswerTimeoutInterceptor, noteArrival } from './common/answer-timeout.interceptor.js';
import { clientAddress, identifyRequest } from './common/client-address.js';
import { Hosts } from './common/hosts.js';
import { Origins } from './common/origins.js';
import { ProblemFilter } from './common/problem.filter.js';
import { JSON_BODY, parseQuery } from './common/request-input.js';
import { securityHeaders } from './common/security-headers.js';
import { limitConnections } from './common/server-limits.js';
import { limitUnreadResponses } from './common/unread-responses.js';
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
  const securityLog = app.get(SecurityLog);
  app.useGlobalFilters(new ProblemFilter((problem, request) => securityLog.recordRefusal(problem, originOf(request))));
  app.useGlobalInterceptors(new AnswerTimeoutInterceptor());
  answerUnreadable(app.getHttpServer());
  limitConnections(app.getHttpServer(), config.maxConnections);
  const hosts = new Hosts(config);
  const origins = new Origins(config.allowedOrigins, hosts);
  const headers = securityHeaders((request) => hosts.isSecure(request));
  const addressOf = (request: IncomingMessage) => clientAddress(request, config.trustProxy);
  const limits = app.get(RateLimits);
  app.useWebSocketAdapter(
    new ChatIoAdapter(app, {
      middlewares: [hosts.guard, headers, origins.cors, origins.guard],
      takeHandshake: (request) => limits.take('handshake', addressKey(addressOf(request))),
      polling: config.polling,
    }),
  );
  app.use(noteArrival, identifyRequest, limitUnreadResponses(addressOf), hosts.guard, headers, origins.cors);
  if (config.apiDocs) serveApiDocument(app);
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
