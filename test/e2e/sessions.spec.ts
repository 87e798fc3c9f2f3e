import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthResult, SessionInfo } from '../../src/changes/contract.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { PASSWORD } from '../support/person.js';
import { claimsOf, signLike } from '../support/tokens.js';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const COOKIE = { 'session-transport': 'cookie' };
const TLS = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };

type Login = AuthResult & { refreshToken: string };

describe('Sessions', () => {
  let app: TestApp;
  let other: TestApp;
  let nobody: Api;
  let username: string;

  beforeAll(async () => {
    app = await startApp({ trustProxy: 1 });
    // Without Redis the nodes have the database alone in common.
    other = await startApp({ rateLimits: true }, app.database);
    nobody = new Api(app.url);
  });
  beforeEach(async () => {
    username = `user-${randomUUID().slice(0, 13)}`;
    await nobody.post('/register', { username, password: PASSWORD });
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const credentials = () => ({ username, password: PASSWORD });
  const logIn = async (headers?: Record<string, string>) =>
    (await nobody.post<Login>('/login', credentials(), headers)).body;
  const refresh = (refreshToken: string, headers?: Record<string, string>) =>
    nobody.post<Login>('/auth/refresh', { refreshToken }, headers);
  const me = ({ accessToken }: AuthResult, url = app.url) => new Api(url, accessToken);
  const end = (login: AuthResult, path: string) => me(login).request('DELETE', path, { password: PASSWORD });
  const idOf = ({ accessToken }: AuthResult) => claimsOf(accessToken).sid;
  const listOf = async (login: AuthResult) =>
    (await me(login).get<{ items: SessionInfo[] }>('/users/me/sessions')).body.items;
  const connect = ({ accessToken }: AuthResult, url = app.url) =>
    ChatClient.connect(url, { auth: { token: accessToken } });
  const resultOf = ({ status, body }: Answer<unknown>) => [status, (body as { code?: string }).code];
  const isOver = async (login: AuthResult) =>
    expect(resultOf(await me(login).get('/users/me'))).toEqual([401, 'session_ended']);
  const lives = async (login: AuthResult) => expect((await me(login).get('/users/me')).status).toBe(200);
  /** Makes the answers of rotations be of a while ago. */
  const letTimePass = (login: AuthResult, interval: string) =>
    app.database.query('UPDATE sessions SET rotated_at = rotated_at - $2::interval WHERE id = $1', [
      idOf(login),
      interval,
    ]);

  describe('A refresh', () => {
    it('answers with new tokens of the same session, and the user', async () => {
      const login = await logIn();
      const { status, body, headers } = await refresh(login.refreshToken);
      expect(status).toBe(200);
      expect(body).toEqual({ ...login, accessToken: expect.any(String), refreshToken: expect.any(String) });
      expect(body.refreshToken).not.toBe(login.refreshToken);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(claimsOf(body.accessToken).sid).toBe(idOf(login));
      await lives(body);
    });

    it('can be repeated with each new token', async () => {
      let { refreshToken } = await logIn();
      const seen = new Set([refreshToken]);
      for (let round = 0; round < 5; round += 1) {
        refreshToken = (await refresh(refreshToken)).body.refreshToken;
        seen.add(refreshToken);
      }
      expect(seen.size).toBe(6);
    });

    it('whose answer was lost gives the same successor for some seconds', async () => {
      const { refreshToken } = await logIn();
      const lost = await refresh(refreshToken);
      const again = await refresh(refreshToken);
      expect(again.body.refreshToken).toBe(lost.body.refreshToken);
      expect((await refresh(again.body.refreshToken)).status).toBe(200);
    });

    it('many times at once, at both nodes, gives one successor', async () => {
      const { refreshToken } = await logIn();
      const at = (index: number) => (index % 2 === 0 ? nobody : new Api(other.url));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => at(index).post<Login>('/auth/refresh', { refreshToken })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
      const successors = new Set(answers.map(({ body }) => body.refreshToken));
      expect(successors.size).toBe(1);
      expect((await refresh([...successors][0]!)).status).toBe(200);
    });

    it('with a token that was used some time ago ends the session, and closes its connections', async () => {
      const login = await logIn();
      const bystander = await logIn();
      const [stolen, apart] = [await connect(login), await connect(bystander)];
      const { body: next } = await refresh(login.refreshToken);
      await letTimePass(login, '11 seconds');
      expect(resultOf(await refresh(login.refreshToken))).toEqual([401, 'session_ended']);
      expect((await stolen.next('closing')).code).toBe('session_ended');
      await stolen.until(() => !stolen.connected, 'the end of the connection');
      expect(resultOf(await refresh(next.refreshToken))).toEqual([401, 'session_ended']);
      await isOver(next);
      await lives(bystander);
      expect(apart.connected).toBe(true);
      apart.close();
    });

    it('with the token before the one before ends the session at once', async () => {
      const login = await logIn();
      const { body: second } = await refresh(login.refreshToken);
      const { body: third } = await refresh(second.refreshToken);
      expect(resultOf(await refresh(login.refreshToken))).toEqual([401, 'session_ended']);
      await isOver(third);
    });

    it('with a token that was made up ends nothing', async () => {
      const login = await logIn();
      const bytes = Buffer.from(login.refreshToken, 'base64url');
      const family = Buffer.concat([randomBytes(32), bytes.subarray(32)]).toString('base64url');
      for (const token of [family, randomBytes(64).toString('base64url'), 'x', '%00', 'ü'.repeat(86)]) {
        expect(resultOf(await refresh(token))).toEqual([401, 'session_ended']);
      }
      await lives(login);
      expect((await refresh(login.refreshToken)).status).toBe(200);
    });

    it.each<[string, unknown, string | undefined]>([
      ['nothing', undefined, 'refreshToken'],
      ['no token', {}, 'refreshToken'],
      ['a token that is no text', { refreshToken: 1 }, 'refreshToken'],
      ['an empty token', { refreshToken: '' }, 'refreshToken'],
      ['an access token beside it', { refreshToken: 'x', accessToken: 'y' }, 'accessToken'],
    ])('with %s is refused', async (_, body, field) => {
      const { status, body: problem } = await nobody.post('/auth/refresh', body);
      expect([status, problem.code, problem.errors?.[0]?.field]).toEqual([400, 'validation_failed', field]);
    });

    it('does not make the session last longer, nor a token outlast it', async () => {
      const login = await logIn();
      await app.database.query(`UPDATE sessions SET expires_at = now() + interval '90 seconds' WHERE id = $1`, [
        idOf(login),
      ]);
      const { body } = await refresh(login.refreshToken);
      expect(body.expiresIn).toBeGreaterThan(60);
      expect(body.expiresIn).toBeLessThanOrEqual(90);
      expect(Date.parse(body.sessionExpiresAt) - Date.now()).toBeLessThanOrEqual(90_000);
    });

    it('after the end of the session’s life is refused, and so are its access tokens', async () => {
      const login = await logIn();
      await app.database.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [idOf(login)]);
      expect(resultOf(await refresh(login.refreshToken))).toEqual([401, 'session_ended']);
      await isOver(login);
      await expect(connect(login)).rejects.toMatchObject({ data: { code: 'session_ended' } });
      // Somebody's next login sweeps it away.
      await logIn();
      expect(await app.database.query('SELECT FROM sessions WHERE id = $1', [idOf(login)])).toEqual([]);
    });

    it('after two weeks without a use is refused, and so are its access tokens and its connections', async () => {
      const login = await logIn();
      const client = await connect(login);
      const setLastUse = (interval: string) =>
        app.database.query('UPDATE sessions SET last_used_at = now() - $2::interval WHERE id = $1', [
          idOf(login),
          interval,
        ]);
      await setLastUse('13 days 23 hours');
      const { body: next } = await refresh(login.refreshToken);
      await lives(next);
      await setLastUse('14 days');
      expect((await client.next('closing')).code).toBe('session_ended');
      expect(resultOf(await refresh(next.refreshToken))).toEqual([401, 'session_ended']);
      await isOver(next);
      await expect(connect(next)).rejects.toMatchObject({ data: { code: 'session_ended' } });
      const apart = await logIn();
      expect((await listOf(apart)).map(({ id }) => id)).not.toContain(idOf(login));
      expect(await app.database.query('SELECT FROM sessions WHERE id = $1', [idOf(login)])).toEqual([]);
    });

    it('is announced with its own limit', async () => {
      const { headers } = await new Api(other.url).post('/auth/refresh', { refreshToken: 'x' });
      expect(headers.get('ratelimit-policy')).toBe('"refresh";q=3000;w=60');
    });
  });

  it('store nothing from which a token could be made', async () => {
    const login = await logIn();
    const { body: next } = await refresh(login.refreshToken);
    const [row] = await app.database.query<Record<string, unknown>>('SELECT * FROM sessions WHERE id = $1', [
      idOf(login),
    ]);
    const stored = Object.values(row!)
      .map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : String(value)))
      .join(' ');
    for (const token of [login.refreshToken, next.refreshToken]) {
      const bytes = Buffer.from(token, 'base64url');
      for (const part of [token, bytes.subarray(0, 32).toString('hex'), bytes.subarray(32).toString('hex')]) {
        expect(stored).not.toContain(part);
      }
    }
  });

  describe('The list', () => {
    it('tells where one is logged in, since when, and which is this one', async () => {
      const first = await logIn({ 'user-agent': FIREFOX, ...TLS });
      const second = await logIn({ 'user-agent': 'curl/8.5.0' });
      const [latest, earlier, registered, ...more] = await listOf(second);
      expect(latest).toEqual({
        id: idOf(second),
        device: 'curl',
        address: '127.0.0.1',
        createdAt: expect.stringMatching(/Z$/),
        lastUsedAt: latest!.createdAt,
        expiresAt: second.sessionExpiresAt,
        current: true,
      });
      expect(earlier).toMatchObject({
        id: idOf(first),
        device: 'Firefox on Windows',
        address: '203.0.113.7',
        current: false,
      });
      expect([registered!.current, more]).toEqual([false, []]);
    });

    it('has no address that is none, whoever sent it', async () => {
      const login = await logIn({ 'x-forwarded-for': `<b>${'x'.repeat(2_000)}</b>`, 'user-agent': '\u00ff<b>' });
      expect((await listOf(login))[0]).toMatchObject({ current: true, address: null, device: null });
    });

    it('shows the last use, and from where it was', async () => {
      const login = await logIn();
      await app.database.query(
        `UPDATE sessions SET created_at = now() - interval '1 hour', last_used_at = now() - interval '1 hour' WHERE id = $1`,
        [idOf(login)],
      );
      await refresh(login.refreshToken, { 'user-agent': FIREFOX, ...TLS });
      const [session] = await listOf(login);
      expect(session).toMatchObject({ id: idOf(login), device: 'Firefox on Windows', address: '203.0.113.7' });
      expect(Date.parse(session!.lastUsedAt) - Date.parse(session!.createdAt)).toBeGreaterThanOrEqual(3_600_000);
    });

    it('never has more than a hundred: the one that was not used for longest goes', async () => {
      const login = await logIn();
      await app.database.query(
        `INSERT INTO sessions (id, user_id, family_hash, token_hash, last_used_at, expires_at)
         SELECT gen_random_uuid(), $1, sha256(convert_to($1::uuid::text || n, 'UTF8')), '', now() + interval '1 minute', now() + interval '1 day'
           FROM generate_series(1, 99) AS n`,
        [login.user.id],
      );
      const latest = await logIn();
      await isOver(login);
      expect(await listOf(latest)).toHaveLength(100);
    });

    it('has no sessions of others', async () => {
      const stranger = await nobody.post<AuthResult>('/register', { username: `${username}-2`, password: PASSWORD });
      const login = await logIn();
      expect((await listOf(stranger.body)).map(({ id }) => id)).toEqual([idOf(stranger.body)]);
      expect(resultOf(await end(stranger.body, `/users/me/sessions/${idOf(login)}`))).toEqual([
        404,
        'session_not_found',
      ]);
      await lives(login);
    });
  });

  describe('Ending', () => {
    it('another one closes its connections, and none else', async () => {
      const [mine, lost] = [await logIn(), await logIn()];
      const [here, there, alsoThere] = [await connect(mine), await connect(lost), await connect(lost)];
      const path = `/users/me/sessions/${idOf(lost)}`;
      expect((await end(mine, path)).status).toBe(204);
      for (const client of [there, alsoThere]) {
        expect((await client.next('closing')).code).toBe('session_ended');
        await client.until(() => !client.connected, 'the end of the connection');
      }
      await isOver(lost);
      expect(resultOf(await refresh(lost.refreshToken))).toEqual([401, 'session_ended']);
      await expect(connect(lost)).rejects.toMatchObject({ data: { code: 'session_ended' } });
      await lives(mine);
      expect(here.connected).toBe(true);
      here.close();
      expect(resultOf(await end(mine, path))).toEqual([404, 'session_not_found']);
    });

    it('all others leaves this one', async () => {
      const [mine, second, third] = [await logIn(), await logIn(), await logIn()];
      const clients = [await connect(second), await connect(third)];
      expect((await end(mine, '/users/me/sessions')).status).toBe(204);
      for (const client of clients) expect((await client.next('closing')).code).toBe('session_ended');
      expect((await listOf(mine)).map(({ id }) => id)).toEqual([idOf(mine)]);
      await isOver(second);
      await isOver(third);
    });

    it.each<[string, (login: Login) => Promise<Answer<unknown>>]>([
      ['its access token', (login) => me(login).post('/logout')],
      ['its refresh token', ({ refreshToken }) => nobody.post('/logout', { refreshToken })],
      [
        'its cookie',
        ({ refreshToken }) => nobody.post('/logout', undefined, { cookie: `messendger=${refreshToken}`, ...COOKIE }),
      ],
    ])('it by logging out with %s', async (_, logOut) => {
      const [login, apart] = [await logIn(), await logIn()];
      const client = await connect(login);
      expect((await logOut(login)).status).toBe(204);
      expect((await client.next('closing')).code).toBe('session_ended');
      await isOver(login);
      await lives(apart);
    });

    it('it with an old refresh token works too, and with one of none there is nothing to end', async () => {
      const login = await logIn();
      const { body: next } = await refresh(login.refreshToken);
      expect((await nobody.post('/logout', { refreshToken: login.refreshToken })).status).toBe(204);
      await isOver(next);
      expect((await nobody.post('/logout', { refreshToken: next.refreshToken })).status).toBe(204);
      expect((await nobody.post('/logout', { refreshToken: 'x' })).status).toBe(204);
    });

    it('it without saying which is refused', async () => {
      expect(resultOf(await nobody.post('/logout'))).toEqual([401, 'unauthenticated']);
      const login = await logIn();
      const expired = signLike(login.accessToken, { expiresIn: -1 });
      expect(resultOf(await new Api(app.url, expired).post('/logout'))).toEqual([401, 'token_expired']);
      await lives(login);
    });

    it('takes effect where the bus brings nothing, by the sweep', async () => {
      const login = await logIn();
      const far = await connect(login, other.url);
      await me(login).post('/logout');
      expect((await far.next('closing')).code).toBe('session_ended');
      await far.until(() => !far.connected, 'the end of the connection');
    });

    it('takes effect when nobody told, as when the user is gone', async () => {
      const login = await logIn();
      const client = await connect(login);
      await app.database.query('DELETE FROM users WHERE id = $1', [login.user.id]);
      expect((await client.next('closing')).code).toBe('session_ended');
      await isOver(login);
    });
  });

  describe('The cookie', () => {
    const cookieOf = ({ headers }: Answer<unknown>) => headers.getSetCookie();
    const pairOf = (answer: Answer<unknown>) => cookieOf(answer)[0]!.split(';')[0]!;

    it.each(['/login', '/register'])('of %s has the refresh token where no script can read it', async (path) => {
      const body = path === '/login' ? credentials() : { username: `${username}-3`, password: PASSWORD };
      const answer = await nobody.post<AuthResult>(path, body, { ...COOKIE, ...TLS });
      expect(answer.body).not.toHaveProperty('refreshToken');
      const [pair, ...attributes] = cookieOf(answer)[0]!.split('; ');
      expect(pair).toMatch(/^__Host-messendger=[\w-]{86}$/);
      const expires = `Expires=${new Date(answer.body.sessionExpiresAt).toUTCString()}`;
      expect(attributes.sort()).toEqual([expires, 'HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
    });

    it('without TLS has no prefix, which browsers would refuse there', async () => {
      const [cookie] = cookieOf(await nobody.post('/login', credentials(), COOKIE));
      expect(cookie).toMatch(/^messendger=[\w-]{86}; .*HttpOnly; SameSite=Strict$/);
      expect(cookie).not.toContain('Secure');
    });

    it('is not set for a client that did not ask for it', async () => {
      expect(cookieOf(await nobody.post('/login', credentials()))).toEqual([]);
    });

    it('refreshes, and is replaced', async () => {
      const login = await nobody.post<AuthResult>('/login', credentials(), { ...COOKIE, ...TLS });
      const refreshed = await nobody.post<AuthResult>('/auth/refresh', undefined, {
        cookie: `theme=dark; ${pairOf(login)}`,
        ...COOKIE,
        ...TLS,
      });
      expect(refreshed.status).toBe(200);
      expect(refreshed.body).not.toHaveProperty('refreshToken');
      expect(idOf(refreshed.body)).toBe(idOf(login.body));
      expect(pairOf(refreshed)).toMatch(/^__Host-messendger=/);
      expect(pairOf(refreshed)).not.toBe(pairOf(login));
    });

    it.each(['/auth/refresh', '/logout'])(
      'alone, as a form of another site would send it, is refused at %s',
      async (path) => {
        const login = await nobody.post<AuthResult>('/login', credentials(), COOKIE);
        const cookie = pairOf(login);
        expect(resultOf(await nobody.post(path, undefined, { cookie }))).toEqual([403, 'header_needed']);
        expect(resultOf(await nobody.post(path, {}, { cookie, 'session-transport': 'body' }))).toEqual([
          403,
          'header_needed',
        ]);
        await lives(login.body);
      },
    );

    it('without the prefix is not taken over TLS, where somebody on the way may have set it', async () => {
      const { refreshToken } = await logIn();
      const headers = { cookie: `messendger=${refreshToken}`, ...COOKIE };
      expect((await nobody.post('/auth/refresh', undefined, { ...headers, ...TLS })).status).toBe(400);
      expect((await nobody.post('/auth/refresh', undefined, headers)).status).toBe(200);
    });

    it('goes when one logs out', async () => {
      const login = await nobody.post<AuthResult>('/login', credentials(), { ...COOKIE, ...TLS });
      const answer = await nobody.post('/logout', undefined, { cookie: pairOf(login), ...COOKIE, ...TLS });
      expect(answer.status).toBe(204);
      expect(cookieOf(answer)[0]).toMatch(/^__Host-messendger=; Path=\/; Expires=Thu, 01 Jan 1970.*Secure/);
      await isOver(login.body);
    });

    it('of a proxy that is not to be believed says nothing of TLS', async () => {
      const answer = await new Api(other.url).post('/login', credentials(), { ...COOKIE, ...TLS });
      expect(pairOf(answer)).toMatch(/^messendger=/);
    });

    it('is not known by another transport', async () => {
      const { body } = await nobody.post('/login', credentials(), { 'session-transport': 'pigeon' });
      expect([body.code, body.errors?.[0]?.field]).toEqual(['validation_failed', 'Session-Transport']);
    });
  });

  it('last no shorter than their access tokens: none is good for longer than a session may be idle', async () => {
    const idle = await startApp({ sessionIdleTtl: 60, accessTokenTtl: 900 }, app.database);
    const { body } = await new Api(idle.url).post<Login>('/login', credentials());
    expect(body.expiresIn).toBe(60);
    await idle.close();
  });
});
