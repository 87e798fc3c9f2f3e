import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hosts } from './hosts.js';
import { Problem } from './problem.js';
import { answerRaw } from './unreadable-requests.js';

type Next = () => void;

/** What a page of a listed origin may send, and may read of an answer, beyond what any page may. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, Session-Transport';
const ANSWER_HEADERS = 'RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate';
/** Seconds for which a browser may remember a preflight. */
const PREFLIGHT_AGE = '600';

/**
 * Which pages may use this server: those it serves itself, and those of the listed origins (RFC 6454). What is not a
 * browser sends no `Origin`, and proves who it is by its token alone.
 */
export class Origins {
  private readonly listed: ReadonlySet<string>;

  constructor(
    listed: readonly string[],
    private readonly hosts: Hosts,
  ) {
    this.listed = new Set(listed);
  }

  /** CORS (Fetch Standard section 3.2): a page of a listed origin may read the answers, and send the cookie. */
  readonly cors = (request: IncomingMessage, response: ServerResponse, next: Next): void => {
    const { origin, 'access-control-request-method': preflighted } = request.headers;
    response.setHeader('Vary', 'Origin');
    const listed = origin !== undefined && this.listed.has(origin);
    if (listed) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
    }
    if (request.method !== 'OPTIONS' || origin === undefined || preflighted === undefined) return next();
    if (listed) {
      response.setHeader('Access-Control-Allow-Methods', METHODS);
      response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
      response.setHeader('Access-Control-Max-Age', PREFLIGHT_AGE);
    }
    response.statusCode = 204;
    response.end();
  };

  /** Refuses the pages of all other origins. CORS does not do that for WebSockets, which browsers let any page open. */
  readonly guard = (request: IncomingMessage, _response: unknown, next: Next): void => {
    const { origin } = request.headers;
    const own = this.hosts.originFor(request);
    if (origin === undefined || origin === own || this.listed.has(origin)) return next();
    // An upgrade has no response to write to, so this goes to the socket.
    answerRaw(request.socket, new Problem('origin_not_allowed', `This server is at ${own ?? 'no valid address'}.`));
  };
}
