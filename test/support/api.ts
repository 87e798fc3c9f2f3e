import type { ProblemDetails } from '../../src/changes/contract.js';

/** What the server answered. */
export interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
}

/** A REST client that holds one token, or none. It never throws on an error status: tests look at it. */
export class Api {
  constructor(
    private readonly url: string,
    readonly token?: string,
  ) {}

  get = <T = ProblemDetails>(path: string) => this.request<T>('GET', path);
  post = <T = ProblemDetails>(path: string, body?: unknown, headers?: Record<string, string>) =>
    this.request<T>('POST', path, body, headers);
  put = <T = ProblemDetails>(path: string, body?: unknown) => this.request<T>('PUT', path, body);
  patch = <T = ProblemDetails>(path: string, body?: unknown) => this.request<T>('PATCH', path, body);
  delete = <T = ProblemDetails>(path: string) => this.request<T>('DELETE', path);

  async request<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) as T, headers: response.headers };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
