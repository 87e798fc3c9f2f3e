import { createHmac, generateKeyPairSync, randomUUID, sign as signWithKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuthResult, ProblemDetails } from '../../src/changes/contract.js';
import { Api } from '../support/api.js';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { PASSWORD, Person } from '../support/person.js';
import { ServerProcess } from '../support/server-process.js';
import { claimsOf } from '../support/tokens.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

type Part = Record<string, unknown>;

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac = (hash: string, key: string) => (text: string) => createHmac(hash, key).update(text).digest('base64url');
const now = () => Math.floor(Date.now() / 1000);

describe('A token', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let login: AuthResult;

  beforeAll(async () => {
    app = await startApp();
    ann = await Person.register(app.url, 'ann');
    bob = await Person.register(app.url, 'bob');
    const credentials = { username: ann.user.username, password: PASSWORD };
    login = (await new Api(app.url).post<AuthResult>('/login', credentials)).body;
  });
  afterAll(() => app.close());

  /** A token as we sign it for Ann, but for what is given; `undefined` leaves a claim out. Without a library that would not. */
  const forge = (claims: Part = {}, header: Part = {}, sign = hmac('sha256', TEST_SECRET)) => {
    const { sub, sid } = claimsOf(ann.token);
    const usual = { sub, sid, iss: 'messendger', aud: 'messendger', iat: now(), exp: now() + 60 };
    const text = `${encoded({ alg: 'HS256', typ: 'at+jwt', ...header })}.${encoded({ ...usual, ...claims })}`;
    return `${text}.${sign(text)}`;
  };
  const parts = (token: string) => token.split('.') as [header: string, payload: string, signature: string];

  /** What both faces say to it. */
  const answersTo = async (token: string) => {
    const rest = await new Api(app.url, token).get('/users/me');
    const connecting = ChatClient.connect(app.url, { auth: { token } });
    const socket = await connecting.then(
      (client) => {
        client.close();
        return undefined;
      },
      (error: unknown) => (error as { data: ProblemDetails }).data,
    );
    return { rest, socket };
  };

  it('that is as we sign it opens both faces', async () => {
    const { rest, socket } = await answersTo(forge());
    expect([rest.status, socket]).toEqual([200, undefined]);
  });

  it.each<[what: string, token: () => string, code: string]>([
    // The signature
    ['is empty', () => '', 'unauthenticated'],
    ['is garbage', () => 'a.b.c', 'unauthenticated'],
    ['has no signature', () => parts(ann.token).slice(0, 2).join('.'), 'unauthenticated'],
    ['has an empty signature', () => `${parts(ann.token).slice(0, 2).join('.')}.`, 'unauthenticated'],
    ['has a part too many', () => `${ann.token}.x`, 'unauthenticated'],
    [
      'has the signature of another',
      () => [...parts(ann.token).slice(0, 2), parts(bob.token)[2]].join('.'),
      'unauthenticated',
    ],
    [
      'has the claims of another',
      () => [parts(ann.token)[0], parts(bob.token)[1], parts(ann.token)[2]].join('.'),
      'unauthenticated',
    ],
    [
      'is signed with another secret',
      () => forge({}, {}, hmac('sha256', 'another secret, long enough to sign with')),
      'unauthenticated',
    ],
    ['is signed with nothing', () => forge({}, {}, hmac('sha256', '')), 'unauthenticated'],
    // The algorithm
    ['says that it has no algorithm', () => forge({}, { alg: 'none' }, () => ''), 'unauthenticated'],
    ['says NONE', () => forge({}, { alg: 'NONE' }, () => ''), 'unauthenticated'],
    ['says none, and is signed all the same', () => forge({}, { alg: 'none' }), 'unauthenticated'],
    ['names no algorithm', () => forge({}, { alg: undefined }), 'unauthenticated'],
    ['is signed by HS384', () => forge({}, { alg: 'HS384' }, hmac('sha384', TEST_SECRET)), 'unauthenticated'],
    ['is signed by HS512', () => forge({}, { alg: 'HS512' }, hmac('sha512', TEST_SECRET)), 'unauthenticated'],
    ['says RS256, and is signed by HS256', () => forge({}, { alg: 'RS256' }), 'unauthenticated'],
    // Keys
    [
      'is signed by RS256 with a key of its own',
      () =>
        forge({}, { alg: 'RS256' }, (text) =>
          signWithKey('sha256', Buffer.from(text), privateKey).toString('base64url'),
        ),
      'unauthenticated',
    ],
    [
      'brings its key along',
      () =>
        forge({}, { alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }, (text) =>
          signWithKey('sha256', Buffer.from(text), privateKey).toString('base64url'),
        ),
      'unauthenticated',
    ],
    ['takes a public key for a secret', () => forge({}, {}, hmac('sha256', PUBLIC_PEM)), 'unauthenticated'],
    [
      'tells where its key is',
      () => forge({}, { jku: 'https://evil.example.net/keys', kid: '../../dev/null' }, hmac('sha256', '')),
      'unauthenticated',
    ],
    // The type
    ['is of another type', () => forge({}, { typ: 'JWT' }), 'unauthenticated'],
    ['is an ID token by its type', () => forge({}, { typ: 'id+jwt' }), 'unauthenticated'],
    ['is of no type', () => forge({}, { typ: undefined }), 'unauthenticated'],
    ['is a refresh token', () => login.refreshToken!, 'unauthenticated'],
    // The claims
    ['is of another issuer', () => forge({ iss: 'https://evil.example.net' }), 'unauthenticated'],
    ['is of no issuer', () => forge({ iss: undefined }), 'unauthenticated'],
    ['is for another audience', () => forge({ aud: 'other' }), 'unauthenticated'],
    ['is for no audience', () => forge({ aud: undefined }), 'unauthenticated'],
    ['is of nobody', () => forge({ sub: undefined }), 'unauthenticated'],
    ['is of who is no id', () => forge({ sub: "' OR true --" }), 'unauthenticated'],
    ['is of an object', () => forge({ sub: { $ne: null } }), 'unauthenticated'],
    ['has no session', () => forge({ sid: undefined }), 'unauthenticated'],
    ['has a session that is no id', () => forge({ sid: "'" }), 'unauthenticated'],
    ['has a session that there is not', () => forge({ sid: randomUUID() }), 'session_ended'],
    ['is of one, with the session of another', () => forge({ sub: bob.id }), 'session_ended'],
    // The time
    ['has expired', () => forge({ exp: now() - 1 }), 'token_expired'],
    ['never expires', () => forge({ exp: undefined }), 'unauthenticated'],
    ['expires at a word', () => forge({ exp: 'never' }), 'unauthenticated'],
    ['is not good yet', () => forge({ nbf: now() + 60 }), 'unauthenticated'],
  ])('that %s opens neither', async (_, token, code) => {
    const { rest, socket } = await answersTo(token());
    expect([rest.status, rest.body.code, socket?.status, socket?.code]).toEqual([401, code, 401, code]);
    expect(rest.headers.get('content-type')).toMatch('application/problem+json');
    expect(rest.headers.get('www-authenticate')).toMatch('Bearer');
  });

  describe('after a change of the secret', () => {
    const NEXT = 'the next secret that only the tests know: 987';
    const LAST = 'the secret after that: also just for the tests';
    /** In processes of their own: Passport has one verifier for all applications of a process. */
    let next: ServerProcess;
    let last: ServerProcess;
    beforeAll(async () => {
      const start = (JWT_SECRET: string, JWT_SECRET_PREVIOUS: string) =>
        ServerProcess.start({ DATABASE_URL: app.database.url, JWT_SECRET, JWT_SECRET_PREVIOUS });
      [next, last] = await Promise.all([start(NEXT, TEST_SECRET), start(LAST, NEXT)]);
    });
    afterAll(async () => {
      await Promise.all([next.stop(), last.stop()]);
    });
    const kidOf = (token: string) =>
      (JSON.parse(Buffer.from(parts(token)[0], 'base64url').toString()) as { kid: string }).kid;
    const statusAt = async ({ url }: { url: string }, token: string) => {
      const rest = await new Api(url, token).get('/users/me');
      const socket = await ChatClient.connect(url, { auth: { token } }).catch((error: unknown) => error as Error);
      if (!(socket instanceof Error)) socket.close();
      return [rest.status, socket instanceof Error ? socket.message : 'connected'];
    };

    it('is still good while the old secret is a previous one, and not after', async () => {
      const eve = await Person.register(app.url, 'eve');
      expect(await statusAt(next, eve.token)).toEqual([200, 'connected']);
      expect(await statusAt(last, eve.token)).toEqual([401, 'unauthenticated']);
    });

    it('is signed with the new secret alone, and names it', async () => {
      const eve = await Person.register(next.url, 'eve');
      expect(await statusAt(next, eve.token)).toEqual([200, 'connected']);
      expect(await statusAt(last, eve.token)).toEqual([200, 'connected']);
      expect(await statusAt(app, eve.token)).toEqual([401, 'unauthenticated']);
      expect(kidOf(eve.token)).toMatch(/^[\w-]{11}$/);
      expect(kidOf(eve.token)).not.toBe(kidOf(ann.token));
    });

    it('opens nothing that names one key and is signed with another, or names none and is not of the newest', async () => {
      const named = (kid: string | undefined, secret: string) => forge({}, { kid }, hmac('sha256', secret));
      const eve = await Person.register(next.url, 'eve');
      expect(await statusAt(next, named(kidOf(ann.token), TEST_SECRET))).toEqual([200, 'connected']);
      expect(await statusAt(next, named(undefined, NEXT))).toEqual([200, 'connected']);
      for (const token of [
        named(kidOf(eve.token), TEST_SECRET),
        named(kidOf(ann.token), NEXT),
        named(undefined, TEST_SECRET),
        named('__proto__', NEXT),
        named('', NEXT),
        forge({}, { kid: { x: 1 } }, hmac('sha256', NEXT)),
      ]) {
        expect(await statusAt(next, token)).toEqual([401, 'unauthenticated']);
      }
    });
  });

  describe('that is refused', () => {
    const challengeOf = async (request: Promise<{ status: number; headers: Headers }>) => {
      const { status, headers } = await request;
      return [status, headers.get('www-authenticate')];
    };
    const REALM = 'Bearer realm="messendger"';

    it('is challenged as RFC 6750 has it: with an error only where a token was sent, and not for a password', async () => {
      const nobody = new Api(app.url);
      expect(await challengeOf(nobody.get('/users/me'))).toEqual([401, REALM]);
      expect(await challengeOf(new Api(app.url, 'x').get('/users/me'))).toEqual([
        401,
        `${REALM}, error="invalid_token"`,
      ]);
      expect(await challengeOf(nobody.post('/auth/refresh', { refreshToken: login.refreshToken!.slice(1) }))).toEqual([
        401,
        REALM,
      ]);
      const wrong = { username: ann.user.username, password: 'wrong' };
      expect(await challengeOf(nobody.post('/login', wrong))).toEqual([401, null]);
    });
  });

  it.each(['Basic', 'Token', 'DPoP'])('is not taken from the scheme %s', async (scheme) => {
    const answer = await new Api(app.url).request('GET', '/users/me', undefined, {
      authorization: `${scheme} ${ann.token}`,
    });
    expect(answer.status).toBe(401);
  });

  it('is not taken from the address, where logs and histories would keep it', async () => {
    const nobody = new Api(app.url);
    for (const name of ['access_token', 'token', 'auth_token']) {
      expect((await nobody.get(`/users/me?${name}=${ann.token}`)).status).toBe(401);
      const connecting = ChatClient.connect(app.url, { query: { [name]: ann.token } });
      await expect(connecting).rejects.toThrow('unauthenticated');
    }
  });

  it('that gives access refreshes nothing', async () => {
    const { status, body } = await new Api(app.url).post('/auth/refresh', { refreshToken: ann.token });
    expect([status, body.errors?.[0]?.field]).toEqual([400, 'refreshToken']);
  });
});
