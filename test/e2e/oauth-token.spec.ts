import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountSwitch } from '../../src/auth/account-switch.js';
import type { AuthResult, OwnUser } from '../../src/changes/contract.js';
import { Config } from '../../src/config/config.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { PASSWORD, Person } from '../support/person.js';

const FORM = 'application/x-www-form-urlencoded';

interface Tokens {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}
interface Refusal {
  error: string;
  error_description: string;
}

describe('The token endpoint', () => {
  let app: TestApp;
  let limited: TestApp;
  let ann: Person;

  beforeAll(async () => {
    app = await startApp({ oauthPasswordGrant: true });
    const once = { points: 1, duration: 3_600 };
    const { limits } = new Config();
    const settings = { rateLimits: true, limits: { ...limits, login: once, refresh: once }, oauthPasswordGrant: true };
    limited = await startApp(settings, app.database);
    ann = await Person.register(app.url, 'ann');
  });
  afterAll(async () => {
    await limited.close();
    await app.close();
  });

  const send = <T = Refusal>(body: string, headers: Record<string, string> = {}, url = app.url) =>
    new Api(url).post<T>('/oauth/token', body, { 'content-type': FORM, ...headers });
  const form = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();
  const byPassword = (more: Record<string, string> = {}) =>
    form({ grant_type: 'password', username: ann.user.username, password: PASSWORD, ...more });
  const byToken = (token: string) => form({ grant_type: 'refresh_token', refresh_token: token });

  it('gives tokens for a username and a password, as RFC 6749 writes them', async () => {
    const { status, body, headers } = await send<Tokens>(byPassword());
    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), token_type: 'Bearer', expires_in: 900, refresh_token: expect.any(String) },
    ]);
    expect([headers.get('cache-control'), headers.get('content-type')]).toEqual([
      'no-store',
      'application/json; charset=utf-8',
    ]);
    const me = await new Api(app.url, body.access_token).get<OwnUser>('/users/me');
    expect(me.body.id).toBe(ann.id);
  });

  it('exchanges a refresh token once, and one that was used long ago ends the session', async () => {
    const { body: first } = await send<Tokens>(byPassword());
    const { status, body: second } = await send<Tokens>(byToken(first.refresh_token));
    expect([status, second.token_type]).toEqual([200, 'Bearer']);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await send(byToken(second.refresh_token));
    expect(await send(byToken(first.refresh_token))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await new Api(app.url, second.access_token).get('/users/me')).status).toBe(401);
  });

  it('takes what is in any language, and what Swagger UI sends beside it', async () => {
    const password = 'пароль + 100 % & ещё';
    await new Api(app.url).post('/register', { username: 'mila', password });
    const { status } = await send(form({ grant_type: 'password', username: 'mila', password, scope: '', extra: 'x' }), {
      authorization: `Basic ${btoa(':')}`,
      'content-type': `${FORM}; charset=UTF-8`,
    });
    expect(status).toBe(200);
  });

  it.each<[what: string, body: () => string, error: string]>([
    ['nothing', () => '', 'invalid_request'],
    ['no grant', () => 'username=x&password=y', 'invalid_request'],
    ['an empty grant', () => byPassword({ grant_type: '' }), 'invalid_request'],
    ['an unknown grant', () => byPassword({ grant_type: 'client_credentials' }), 'unsupported_grant_type'],
    ['a grant that every object has', () => byPassword({ grant_type: 'constructor' }), 'unsupported_grant_type'],
    ['no username', () => byPassword({ username: '' }), 'invalid_request'],
    ['no password', () => byPassword({ password: '' }), 'invalid_request'],
    ['a password that is too long', () => byPassword({ password: 'x'.repeat(129) }), 'invalid_request'],
    ['a parameter twice', () => `${byPassword()}&username=ben`, 'invalid_request'],
    ['an unknown parameter twice', () => `${byPassword()}&a=1&a=2`, 'invalid_request'],
    ['an empty parameter twice', () => `${byPassword()}&scope=&scope=`, 'invalid_request'],
    ['what is not UTF-8', () => byPassword().replace('password=', 'password=%ff'), 'invalid_request'],
    ['what is not encoded', () => 'grant_type=password&username=ä&password=ä', 'invalid_request'],
    ['JSON', () => JSON.stringify({ grant_type: 'password', username: 'ann' }), 'invalid_request'],
    ['a wrong password', () => byPassword({ password: 'wrong' }), 'invalid_grant'],
    ['an unknown user', () => byPassword({ username: 'nobody-here' }), 'invalid_grant'],
    ['NUL in the username', () => byPassword({ username: 'a\0b' }), 'invalid_request'],
    ['no refresh token', () => byToken(''), 'invalid_request'],
    ['a refresh token that was made up', () => byToken('x'.repeat(86)), 'invalid_grant'],
  ])('refuses %s in the words of RFC 6749', async (_, body, error) => {
    const answer = await send(body());
    expect([answer.status, answer.body]).toEqual([400, { error, error_description: expect.any(String) }]);
    expect(answer.body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', `${FORM}; charset=koi8-r`, ''])(
    'refuses a body of the type "%s"',
    async (type) => {
      const { status, body } = await send(byPassword(), { 'content-type': type });
      expect([status, body.error]).toEqual([400, 'invalid_request']);
    },
  );

  it('refuses a body that is too large, and goes on', async () => {
    const { status, body } = await send(byPassword({ extra: 'x'.repeat(1_000_000) }));
    expect([status, body.error]).toEqual([413, 'invalid_request']);
    expect((await send(byPassword())).status).toBe(200);
  });

  it('has no password grant unless the settings add it', async () => {
    const plain = await startApp({}, app.database);
    const { status, body } = await send(byPassword(), {}, plain.url);
    expect([status, body]).toEqual([
      400,
      { error: 'unsupported_grant_type', error_description: 'grant_type must be refresh_token.' },
    ]);
    const { body: login } = await new Api(app.url).post<AuthResult>('/login', {
      username: ann.user.username,
      password: PASSWORD,
    });
    expect((await send(byToken(login.refreshToken!), {}, plain.url)).status).toBe(200);
    await plain.close();
  });

  it('answers for a deactivated account that the grant is not good', async () => {
    const bob = await Person.register(app.url, 'bob');
    await app.nest.get(AccountSwitch).deactivate(bob.user.username);
    const { status, body } = await send(byPassword({ username: bob.user.username }));
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('looks for nothing in the address', async () => {
    const answer = await new Api(app.url).post<Refusal>(`/oauth/token?${byPassword()}`, '', { 'content-type': FORM });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it('is the only route that takes a form', async () => {
    const { status } = await new Api(app.url).post('/login', byPassword(), { 'content-type': FORM });
    expect(status).toBe(415);
  });

  it('shares the limits of logging in and of refreshing', async () => {
    const wrong = { username: ann.user.username, password: 'wrong' };
    expect((await new Api(limited.url).post('/login', wrong)).status).toBe(401);
    const refused = await send(byPassword(), {}, limited.url);
    expect([refused.status, refused.body.error]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-policy')).toBe('"login";q=1;w=3600');

    expect((await new Api(limited.url).post('/auth/refresh', { refreshToken: 'x' })).status).toBe(401);
    const again = await send(byToken('x'), {}, limited.url);
    expect([again.status, again.headers.get('ratelimit-policy')]).toEqual([429, '"refresh";q=1;w=3600']);
  });
});
