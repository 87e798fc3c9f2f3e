import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Response } from 'express';
import type { Problem, ProblemCode } from '../../common/problem.js';
import { announceLimit } from '../../common/rate-limit-headers.js';
import { toProblem } from '../../common/to-problem.js';
import { OAuthError, type OAuthErrorCode } from './oauth-error.js';

const CODES: Partial<Record<ProblemCode, OAuthErrorCode>> = {
  validation_failed: 'invalid_request',
  malformed_request: 'invalid_request',
  invalid_credentials: 'invalid_grant',
  session_ended: 'invalid_grant',
  account_deactivated: 'invalid_grant',
  rate_limited: 'temporarily_unavailable',
  unavailable: 'temporarily_unavailable',
};

/** Answers what goes wrong at the token endpoint as RFC 6749 section 5.2 has it, instead of with a problem document. */
@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('OAuth');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const problem = thrown instanceof OAuthError ? null : toProblem(thrown);
    const error = thrown instanceof OAuthError ? thrown : toOAuthError(problem!);
    if (error.status >= 500) this.logger.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
    const { retryAfter, limit } = problem?.extras ?? {};
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    if (retryAfter !== undefined && limit) announceLimit(response, limit, 0, retryAfter);
    response.setHeader('Cache-Control', 'no-store');
    response.status(error.status).json(error.toDetails());
  }
}

/**
 * RFC 6749 section 5.2: whatever is wrong with a grant is a 400. A 401 is for clients that fail to authenticate, and there
 * are none to authenticate.
 */
function toOAuthError({ code, status, detail }: Problem): OAuthError {
  const known = CODES[code] ?? (status < 500 ? 'invalid_request' : 'server_error');
  return new OAuthError(known, detail, status === 401 || known === 'invalid_grant' ? 400 : status);
}
