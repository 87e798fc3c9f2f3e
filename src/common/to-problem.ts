import { HttpException } from '@nestjs/common';
import { Problem, PROBLEMS, type ProblemCode } from './problem.js';

/** What a status means when a library (Nest's router, Express's body parser) refused the request before we saw it. */
const CODE_BY_STATUS: Record<number, ProblemCode> = {
  400: 'malformed_request',
  401: 'unauthenticated',
  404: 'route_not_found',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** PostgreSQL and its client when the database is away, starting, stopping or overloaded: a repeat may succeed. */
const TRANSIENT_SQLSTATES = new Set(['40001', '40P01', '55P03', '57014', '57P01', '57P02', '57P03', '25P03', '58030']);
/** Classes of them: connection exceptions; too few resources, like disk, memory or connections. */
const TRANSIENT_CLASS = /^(08|53)/;
const TRANSIENT_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What TypeORM says when a connection broke in the middle of a transaction. */
const TRANSIENT_NAMES = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  'TransactionNotStartedError',
]);
const TRANSIENT_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i;

/** Whether the database may accept the same statement a moment later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (
    typeof code === 'string' &&
    (TRANSIENT_SQLSTATES.has(code) || TRANSIENT_ERRNO.has(code) || TRANSIENT_CLASS.test(code))
  ) {
    return true;
  }
  return TRANSIENT_NAMES.has(error.name) || TRANSIENT_MESSAGE.test(error.message);
}

/** SQLSTATEs with which the server says that it did not begin, or that it took back what it had begun. */
const UNDONE_SQLSTATES = new Set(['40001', '40P01', '55P03', '57014', '57P03', '58030']);
/** Errors of a connection that was never made, so nothing was asked over it. */
const UNCONNECTED_ERRNO = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN']);
const UNCONNECTED_MESSAGE = /timeout exceeded when trying to connect|due to connection timeout/i;

/** After a transient error: whether the statement may have been carried out all the same. */
export function mayHaveHappened(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined) return !(UNDONE_SQLSTATES.has(code) || UNCONNECTED_ERRNO.has(code) || code.startsWith('53'));
  return !UNCONNECTED_MESSAGE.test(message ?? '');
}

/** Whether a lock was not to be had in time; nothing was changed. */
export function isLockNotAvailable(error: unknown): boolean {
  return (error as { code?: unknown }).code === '55P03';
}

/** The name of the unique constraint that an insert or update violated, if that is what the error says. */
export function violatedUnique(error: unknown): string | undefined {
  const { code, constraint } = error as { code?: unknown; constraint?: string };
  return code === '23505' ? constraint : undefined;
}

/** Turns whatever was thrown into the one thing that a client is told. What is unknown becomes `internal_error`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error)) return new Problem('unavailable', detailOfTransient(error), { retryAfter: 1, cause: error });
  const status = statusOf(error);
  const code = CODE_BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'malformed_request' : 'internal_error');
  return new Problem(code, detailOf(error, code), { cause: error });
}

function detailOfTransient(error: unknown): string {
  if (isLockNotAvailable(error)) return 'Something else holds it locked. Nothing was changed.';
  return 'The database cannot be reached right now.';
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  // http-errors, as Express and its parsers throw them, mark what is fit for the client with `expose`.
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  if (typeof status === 'number' && (expose === true || error instanceof URIError)) return status;
  return 500;
}

function detailOf(error: unknown, code: ProblemCode): string | undefined {
  if (code === 'internal_error' || PROBLEMS[code].status >= 500) return undefined;
  return error instanceof Error ? error.message : undefined;
}
