import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse, type ParsedUrlQuery } from 'node:querystring';
import { Problem } from './problem.js';

const JSON_IN_UTF8 = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** How the body of a request is read: JSON in UTF-8, exactly as it was sent. */
export const JSON_BODY = {
  limit: '100kb',
  type: requireJson,
  verify: requireUtf8,
};

/** Reads a query string. Percent-encoding that is not UTF-8 is refused: what it was meant to say can't be known. */
export function parseQuery(text: string): ParsedUrlQuery {
  try {
    decodeURIComponent(text);
  } catch {
    throw new Problem('malformed_request', 'The query string is not percent-encoded UTF-8.');
  }
  return parse(text);
}

/** The token endpoint of RFC 6749 takes a form, and reads it itself. */
const TAKES_A_FORM = /^\/oauth\/token\/?(\?|$)/i;

/** Whether there is a body to read. Throws `unsupported_media_type` for one of another kind. */
function requireJson({ headers, url }: IncomingMessage): boolean {
  if (TAKES_A_FORM.test(url ?? '')) return false;
  if (headers['content-length'] === '0') return false;
  if (JSON_IN_UTF8.test(headers['content-type'] ?? '')) return true;
  throw new Problem('unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.');
}

/** The parser would replace what is not UTF-8. */
function requireUtf8(_request: IncomingMessage, _response: ServerResponse, body: Buffer): void {
  if (!isUtf8(body)) throw new Problem('malformed_request', 'The body is not UTF-8.');
}
