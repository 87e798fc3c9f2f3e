import { Api } from '../../support/api.js';
import { PASSWORD } from '../../support/person.js';
import type { AuthResult } from '../../../src/changes/contract.js';
import { delay, until } from '../stage/until.js';

/** How long a request may take before it counts as unanswered, in milliseconds. */
const PATIENCE = 1_500;

export interface RestAnswer {
  /** 0 when there was no answer. */
  status: number;
  body: unknown;
  why: string;
}

/** Someone with a password: calls the API, and logs in anew when the token has expired. */
export class Account {
  token = '';
  id = '';
  private renewing: Promise<void> | undefined;

  constructor(
    readonly username: string,
    private readonly url: () => string,
  ) {}

  async register(): Promise<void> {
    const credentials = { username: this.username, password: PASSWORD };
    const { status, body } = await new Api(this.url()).post<AuthResult>('/register', credentials);
    if (status !== 201) throw new Error(`Registration answered ${status}: ${JSON.stringify(body)}`);
    this.id = body.user.id;
    this.token = body.accessToken;
  }

  /** Logs in, however long the servers are away. Those who ask meanwhile wait for the same login. */
  renew(): Promise<void> {
    this.renewing ??= until('a login', async () => {
      const { status, body } = await this.call('POST', '/login', { username: this.username, password: PASSWORD });
      if (status === 200) this.token = (body as AuthResult).accessToken;
      else await delay(50);
      return status === 200;
    }).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /** Never throws: a request that breaks has status 0. */
  async call(method: string, path: string, json?: unknown, url = this.url(), patience = PATIENCE): Promise<RestAnswer> {
    try {
      const response = await fetch(url + path, {
        method,
        signal: AbortSignal.timeout(patience),
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown), why: '' };
    } catch (error) {
      return { status: 0, body: undefined, why: error instanceof Error ? error.message : String(error) };
    }
  }
}
