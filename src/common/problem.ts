import type { ProblemDetails } from './problem-details.js';
import type { NamedLimit } from './rate-limit-headers.js';

/**
 * Every error that the product answers with. The key is the stable `code` of RFC 9457 problem details: clients switch
 * on it, so a code is never renamed, only added.
 */
export const PROBLEMS = {
  validation_failed: { status: 400, title: 'The input is not valid' },
  malformed_request: { status: 400, title: 'The request cannot be read' },
  unknown_command: { status: 400, title: 'There is no such command' },
  invite_invalid: { status: 400, title: 'The registration link is invalid or expired' },
  link_invalid: { status: 400, title: 'The link was used, has expired, or never was one' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  token_expired: { status: 401, title: 'The access token has expired' },
  session_ended: { status: 401, title: 'The session is over; log in again' },
  invalid_credentials: { status: 401, title: 'Wrong username or password' },
  header_needed: { status: 403, title: 'With the cookie the request needs the header Session-Transport: cookie' },
  origin_not_allowed: { status: 403, title: 'Pages of this origin may not connect' },
  wrong_password: { status: 403, title: 'The password is wrong' },
  login_needed: { status: 403, title: 'Log in again first, to show that it is you' },
  domain_not_allowed: { status: 403, title: 'Google accounts of this domain are not accepted here' },
  registration_closed: { status: 403, title: 'This server does not accept new accounts' },
  password_login_disabled: { status: 403, title: 'This server does not use passwords' },
  account_deactivated: { status: 403, title: 'The account is deactivated' },
  session_needed: { status: 403, title: 'Log in here to do this; the token of another issuer is not enough' },
  not_a_member: { status: 403, title: 'Only members of the group may do this' },
  not_the_owner: { status: 403, title: 'Only the owner of the group may do this' },
  not_the_author: { status: 403, title: 'Only the author of the message may do this' },
  route_not_found: { status: 404, title: 'There is nothing at this address' },
  session_not_found: { status: 404, title: 'There is no such session' },
  identity_not_found: { status: 404, title: 'The account is not linked with that provider' },
  google_not_configured: { status: 404, title: 'Logging in with Google is not set up here' },
  user_not_found: { status: 404, title: 'There is no such user' },
  group_not_found: { status: 404, title: 'There is no such group' },
  member_not_found: { status: 404, title: 'The group has no such member' },
  message_not_found: { status: 404, title: 'There is no such message' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  username_taken: { status: 409, title: 'The username is taken' },
  email_taken: { status: 409, title: 'The email address is taken' },
  no_email: { status: 409, title: 'The account has no email address' },
  identity_taken: { status: 409, title: 'One of the two accounts is linked with another one' },
  last_way_in: { status: 409, title: 'Without this there would be no way to log in' },
  message_id_conflict: { status: 409, title: 'The message id was used for something else' },
  message_deleted: { status: 409, title: 'The message is deleted' },
  direct_group_fixed: { status: 409, title: 'A direct group cannot be changed' },
  limit_reached: { status: 409, title: 'A limit is reached' },
  payload_too_large: { status: 413, title: 'The payload is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON in UTF-8' },
  misdirected_request: { status: 421, title: 'This server is not known by that host name' },
  too_many_connections: { status: 429, title: 'You have too many connections' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  too_slow: { status: 503, title: 'The connection does not take what is sent to it' },
  server_stopping: { status: 503, title: 'The server is stopping' },
  unavailable: { status: 503, title: 'The service cannot do this right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What a refusal says after an attempt whose end is not known. */
export const OUTCOME_UNKNOWN = 'The outcome is unknown: retry with the same id.';

interface ProblemExtras {
  errors?: ProblemDetails['errors'];
  retryAfter?: number;
  /** Which limit is used up, for the header. */
  limit?: NamedLimit;
  cause?: unknown;
  /** Whose account it is about, for the log alone. */
  accountId?: string | undefined;
}

/** An error that is meant for the client. Thrown anywhere; one filter and one interceptor send it. */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string = `${PROBLEMS[code].title}.`,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail, { cause: extras.cause });
    this.status = PROBLEMS[code].status;
  }

  /** An input that is wrong in one field. */
  static field(field: string, message: string): Problem {
    return new Problem('validation_failed', `${field}: ${message}`, { errors: [{ field, message }] });
  }

  /** The RFC 9457 shape, the same over HTTP and in an acknowledgement. */
  toDetails(): ProblemDetails {
    const { errors, retryAfter } = this.extras;
    return {
      type: `urn:messendger:problem:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...(errors && { errors }),
      ...(retryAfter !== undefined && { retryAfter }),
    };
  }
}
