import type { Request } from 'express';
import { type Profile, Strategy, type StrategyOptions } from 'passport-google-oauth20';
import type { GoogleSettings } from '../../config/config.js';

/** What the state store of passport-oauth2 has to know of a request, as it comes along with it. */
export interface Exchange {
  /** On the way there: told the verifier, it gives the state to send. */
  begin?: (verifier: string) => string;
  /** On the way back: told the state that came, it gives the verifier. Null refuses. */
  resume?: (state: unknown) => string | null;
}

export type Outcome =
  | { kind: 'redirect'; url: string }
  | { kind: 'success'; profile: Profile }
  /** Whoever came back is not let in: they refused, or the state is not theirs. */
  | { kind: 'refused' }
  | { kind: 'error'; error: Error };

type Answer<T> = (error: Error | null, value?: T, state?: unknown) => void;
type Exchanging = Request & { googleExchange?: Exchange };

/** Milliseconds that Google may take to exchange a code and tell whose it is. */
const TIMEOUT = 10_000;

/**
 * The code flow with PKCE (S256). Run without Passport's registry, which all applications of a process would share, and
 * which would answer by itself.
 */
export class GoogleStrategy extends Strategy {
  constructor({ clientId, clientSecret, authorizationUrl, tokenUrl, userinfoUrl }: GoogleSettings) {
    super(
      {
        clientID: clientId,
        clientSecret,
        authorizationURL: authorizationUrl,
        tokenURL: tokenUrl,
        userProfileURL: userinfoUrl,
        scope: ['openid', 'profile', 'email'],
        pkce: true,
        state: true,
        store: { store: storeState, verify: verifyState },
      } as unknown as StrategyOptions,
      (_access, _refresh, profile, done) => done(null, profile),
    );
    // RFC 6750 section 5.3: no token in a URL.
    this._oauth2.useAuthorizationHeaderforGET(true);
  }

  /** Takes one step of the flow. Rejects never; when Google does not answer in ten seconds that is an error. */
  run(request: Request, exchange: Exchange, callbackURL: string): Promise<Outcome> {
    return new Promise((resolve) => {
      const late = new Error('it did not answer in time');
      const timer = setTimeout(() => resolve({ kind: 'error', error: late }), TIMEOUT);
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const step = Object.assign(Object.create(this) as this, {
        redirect: (url: string) => settle({ kind: 'redirect', url }),
        success: (profile: unknown) => settle({ kind: 'success', profile: profile as Profile }),
        fail: () => settle({ kind: 'refused' }),
        error: (reason: Error) => settle({ kind: 'error', error: reason }),
        _oauth2: guarded(this._oauth2 as unknown as OAuth2, (error) => settle({ kind: 'error', error })),
      });
      (request as Exchanging).googleExchange = exchange;
      step.authenticate(request, { callbackURL });
    });
  }
}

type Take = (error: unknown, body?: unknown, response?: unknown) => void;

/** What the library asks with. Both its requests go through this method, which is not in its types. */
interface OAuth2 {
  _request(method: string, url: string, headers: object, body: unknown, token: unknown, take: Take): void;
}

/** The library reads answers outside of any `try`: one of another kind than it expects would end the process. */
function guarded(oauth2: OAuth2, fail: (error: Error) => void): OAuth2 {
  const request: OAuth2['_request'] = (method, url, headers, body, token, take) =>
    oauth2._request(method, url, headers, body, token, (error, answer, response) => {
      try {
        if (!error && !isJsonObject(answer)) throw new Error('it answered with what is no JSON object');
        take(error, answer, response);
      } catch (reason) {
        fail(reason as Error);
      }
    });
  return Object.assign(Object.create(oauth2) as OAuth2, { _request: request });
}

function isJsonObject(body: unknown): boolean {
  const value: unknown = JSON.parse(String(body));
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// passport-oauth2 tells by the number of the parameters what it has to give.
function storeState(
  request: Exchanging,
  verifier: string,
  _state: unknown,
  _meta: unknown,
  done: Answer<string>,
): void {
  done(null, request.googleExchange!.begin!(verifier));
}

function verifyState(request: Exchanging, state: unknown, done: Answer<string | false>): void {
  done(null, request.googleExchange!.resume!(state) ?? false);
}
