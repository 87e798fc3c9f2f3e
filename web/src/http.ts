import { Problem, isProblemDetails, localProblem } from './problem';

const TIMEOUT = 20_000;

/** Asks for the refresh token to travel in the cookie. No form of another site can send it. */
export const BY_COOKIE = { 'session-transport': 'cookie' };

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Options {
  body?: object | undefined;
  token?: string | undefined;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Asks the server; every failure is a `Problem`. */
export async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const { body, token, headers, signal } = options;
  const response = await fetched(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])]),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  if (isProblemDetails(answer)) throw new Problem(answer);
  throw localProblem('bad_answer', `The server answered with status ${response.status}. Try again in a moment.`);
}

async function fetched(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw localProblem('unreachable', 'The server can’t be reached. Check your connection and try again.');
  }
}
