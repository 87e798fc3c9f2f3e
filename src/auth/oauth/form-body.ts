import type { Request } from 'express';
import { OAuthError } from './oauth-error.js';

const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i;
/** Bytes. A username, a password and a token fit many times. */
const LIMIT = 10_000;

/**
 * The parameters of a form. None may come twice, and one without a value counts as absent (RFC 6749 section 3.2).
 * Throws `invalid_request`.
 */
export async function readForm(request: Request): Promise<Map<string, string>> {
  if (!FORM.test(request.get('content-type') ?? '')) {
    throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in UTF-8.');
  }
  const parameters = [...new URLSearchParams(requireUtf8(await readText(request)))];
  const names = parameters.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new OAuthError('invalid_request', `${twice.slice(0, 50)} is there more than once.`);
  return new Map(parameters.filter(([, value]) => value !== ''));
}

async function readText(request: Request): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request would destroy the connection, before the answer is on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LIMIT) break;
    chunks.push(chunk);
  }
  // What is left is read and thrown away, so that the connection can go on.
  request.resume();
  if (size > LIMIT) throw new OAuthError('invalid_request', `The body has more than ${LIMIT} bytes.`, 413);
  return Buffer.concat(chunks).toString('latin1');
}

/** Whatever is not ASCII is percent-encoded, and so is only UTF-8 when it can be decoded. */
function requireUtf8(text: string): string {
  try {
    decodeURIComponent(text);
  } catch {
    throw new OAuthError('invalid_request', 'The body is not percent-encoded UTF-8.');
  }
  if (!/^[\x20-\x7e]*$/.test(text)) throw new OAuthError('invalid_request', 'The body is not percent-encoded.');
  return text;
}
