import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Problem } from './problem.js';
import { announceLimit } from './rate-limit-headers.js';
import { toProblem } from './to-problem.js';

/** The one way in which an HTTP request is told that it failed: `application/problem+json` (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  /** `onRefusal` hears of every problem that is answered. */
  constructor(private readonly onRefusal: (problem: Problem, request: Request) => void) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(error);
    if (problem.status >= 500) {
      this.logger.error(`${requestIdOf(request)} ${request.method} ${request.path}: ${describe(error)}`);
    }
    this.onRefusal(problem, request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 401) challenge(request, response, problem);
    const { retryAfter, limit } = problem.extras;
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    if (retryAfter !== undefined && limit) announceLimit(response, limit, 0, retryAfter);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem.toDetails()));
  }
}

const requestIdOf = (request: Request & { id?: string }): string => request.id ?? '';
/**
 * RFC 6750 section 3: a 401 names the scheme, and says that the token is not good only where one was sent. A wrong password
 * is no matter of tokens.
 */
function challenge(request: Request, response: Response, { code }: Problem): void {
  if (code === 'invalid_credentials') return;
  const isWithToken = /^bearer /i.test(request.get('authorization') ?? '');
  response.setHeader('WWW-Authenticate', `Bearer realm="messendger"${isWithToken ? ', error="invalid_token"' : ''}`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.stack ?? error.message;
}
