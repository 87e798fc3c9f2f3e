import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthResult, IdentityInfo } from '../../src/changes/contract.js';
import type { Config } from '../../src/config/config.js';
import { AccountSwitch } from '../../src/auth/account-switch.js';
import { LinkedLogins } from '../../src/auth/identities/linked-logins.js';
import { Api } from '../support/api.js';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.js';
import { CookieBrowser } from '../support/cookie-browser.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { OpenIdProvider } from '../support/openid-provider.js';
import { PASSWORD, Person } from '../support/person.js';
import { claimsOf } from '../support/tokens.js';

describe('Google', () => {
  let google: OpenIdProvider;
  let app: TestApp;
  let mailbox: Mailbox;
  let browser: CookieBrowser;
  let who: string;

  beforeAll(async () => {
    google = await new OpenIdProvider().open();
    mailbox = await Mailbox.open();
    app = await startApp({ google: google.settings, smtpUrl: mailbox.url, mailFrom: 'Chat <chat@example.org>' });
    google.serve(app.url);
  });
  beforeEach(() => {
    browser = new CookieBrowser();
    who = `sub-${randomUUID()}`;
  });
  afterAll(async () => {
    await app.close();
    await google.close();
    await mailbox.close();
  });

  const isBack = (url: string) => url.startsWith(`${app.url}/`) && url.includes('/callback');
  /** Logs in at the provider and agrees; returns the address with which it sends the browser back. */
  const throughGoogle = async (url: string, subject = who): Promise<string> => {
    let { url: at, page } = await browser.follow(url, isBack);
    while (!isBack(at)) {
      const [, action] = /<form[^>]* action="([^"]+)"/.exec(page)!;
      const prompt = /name="prompt" value="(\w+)"/.exec(page)![1]!;
      const answer = await browser.post(new URL(action!, at).href, { prompt, login: subject, password: 'x' });
      ({ url: at, page } = await browser.follow(new URL(answer.headers.get('location')!, at).href, isBack));
    }
    return at;
  };
  const begin = async () => (await browser.get(`${app.url}/auth/google`)).headers.get('location')!;
  const landing = async (url: string) => (await browser.get(url)).headers.get('location');
  const cookies = () => browser.cookies.get(app.url)!;
  /** As the page does when it is back. */
  const session = async (): Promise<AuthResult> => {
    const headers = { 'session-transport': 'cookie' };
    return (await (await browser.request(`${app.url}/auth/refresh`, { method: 'POST', headers })).json()) as AuthResult;
  };
  const logIn = async (subject = who): Promise<AuthResult> => {
    expect(await landing(await throughGoogle(await begin(), subject))).toBe('/#/google/logged-in');
    return session();
  };
  const wayToLink = async ({ token }: Person): Promise<string> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ password: PASSWORD });
    const response = await browser.request(`${app.url}/users/me/identities/google`, { method: 'POST', headers, body });
    return ((await response.json()) as { url: string }).url;
  };
  const link = async (person: Person, subject = who) => landing(await throughGoogle(await wayToLink(person), subject));
  const identities = async (token: string) =>
    (await new Api(app.url, token).get<{ items: IdentityInfo[] }>('/users/me/identities')).body.items;

  it('is told of', async () => {
    expect((await new Api(app.url).get('/auth/providers')).body).toEqual({
      google: true,
      registration: 'open',
      passwordLogin: true,
    });
  });

  it('logs somebody in who was never here: an account is made, the session is in the cookie', async () => {
    google.claims.set(who, { name: 'Grace Hopper', email: `${who}@example.org`, email_verified: true });
    const { user, accessToken } = await logIn();
    expect(user).toMatchObject({
      displayName: 'Grace Hopper',
      email: `${who}@example.org`,
      username: who.slice(0, 32),
    });
    expect(await identities(accessToken)).toEqual([
      { provider: 'google', email: `${who}@example.org`, createdAt: expect.any(String) },
    ]);
    expect([...cookies().keys()].sort()).toEqual(['messendger', 'messendger-device']);
  });

  it('finds the same account again, by the subject alone', async () => {
    const first = await logIn();
    google.claims.set(who, { name: 'Renamed', email: `new-${who}@example.org`, email_verified: true });
    browser = new CookieBrowser();
    expect((await logIn()).user).toEqual(first.user);
  });

  it('never opens an account by its email address, verified or not', async () => {
    for (const verified of [true, false]) {
      const email = `${randomUUID()}@example.org`;
      const account = { username: randomUUID().slice(0, 20), password: 'correct horse battery staple', email };
      const { body: ann } = await new Api(app.url).post<AuthResult>('/register', account);
      await mailbox.confirm(email, app.url);
      const subject = `same-address-${verified}-${who}`;
      google.claims.set(subject, { email, email_verified: verified });
      browser = new CookieBrowser();
      const { user } = await logIn(subject);
      expect(user.id).not.toBe(ann.user.id);
      expect(user.email).toBeNull();
    }
  });

  it('is asked with PKCE and a state, and neither the verifier nor a token is in any address', async () => {
    const url = new URL(await begin());
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: google.settings.clientId,
      redirect_uri: `${app.url}/auth/google/callback`,
      scope: 'openid profile email',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
    const back = new URL(await throughGoogle(url.href));
    expect([...back.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    const answer = await browser.get(back.href);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const refresh = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('messendger='));
    expect(refresh).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  it('keeps the state in a cookie that no script and no other site can use, for ten minutes', async () => {
    const cookie = (await browser.get(`${app.url}/auth/google`)).headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/^messendger-google=[\w-]+; Max-Age=600; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
    const state = new URL(await begin()).searchParams.get('state')!;
    expect(Buffer.from(cookies().get('messendger-google')!, 'base64url').includes(state)).toBe(false);
  });

  it.each<[what: string, meddle: (back: string) => string | Promise<string>]>([
    ['another state', (back) => back.replace(/state=[^&]+/, `state=${'x'.repeat(43)}`)],
    ['no state', (back) => back.replace(/state=[^&]+/, 'a=b')],
    ['two states', (back) => `${back}&state=x`],
    ['no cookie, as in another browser', (back) => (cookies().clear(), back)],
    ['a cookie that was made up', (back) => (cookies().set('messendger-google', 'x'.repeat(200)), back)],
    ['the cookie of another way', async (back) => (await begin(), back)],
    ['a cookie that was changed', (back) => (changeCookie(), back)],
    ['a refusal that nobody asked for', (back) => back.replace(/\?.*/, '?error=access_denied&state=x')],
  ])('lets nobody in with %s', async (_, meddle) => {
    const back = await throughGoogle(await begin());
    expect(await landing(await meddle(back))).toBe('/#/google/stale');
    expect(cookies().has('messendger')).toBe(false);
    expect(await app.database.query('SELECT FROM identities WHERE subject = $1', [who])).toEqual([]);
  });

  it('lets nobody in with a state that is too old', async () => {
    const back = await throughGoogle(await begin());
    const real = Date.now;
    Date.now = () => real() + 601_000;
    const at = await landing(back).finally(() => (Date.now = real));
    expect(at).toBe('/#/google/stale');
  });

  it('lets nobody in twice with one code, even with the cookie of before', async () => {
    const back = await throughGoogle(await begin());
    const cookie = cookies().get('messendger-google')!;
    expect(await landing(back)).toBe('/#/google/logged-in');
    cookies().clear();
    expect(await landing(back)).toBe('/#/google/stale');
    cookies().set('messendger-google', cookie);
    expect(await landing(back)).toBe('/#/google/failed');
    expect(cookies().has('messendger')).toBe(false);
  });

  it('lets nobody in who did not agree', async () => {
    const { page, url } = await browser.follow(await begin(), isBack);
    const [, abort] = /<a href="([^"]+\/abort)"/.exec(page)!;
    const { url: back } = await browser.follow(new URL(abort!, url).href, isBack);
    expect(back).toContain('error=access_denied');
    expect(await landing(back)).toBe('/#/google/refused');
    expect(cookies().size).toBe(0);
  });

  it('lets nobody in while it is down, and says so', async () => {
    const back = await throughGoogle(await begin());
    await google.close();
    expect(await landing(back)).toBe('/#/google/failed');
    await google.open();
    await logIn();
  });

  it('answers whatever comes to its addresses, and never with a 5xx', async () => {
    await begin();
    for (const query of ['', '?code=', '?code=x', '?code[]=x&state[]=y', '?error=server_error', '?state=x&error[]=x']) {
      const response = await browser.get(`${app.url}/auth/google/callback${query}`);
      expect([query, response.status, response.headers.get('location')]).toEqual([query, 302, '/#/google/stale']);
    }
    expect((await browser.get(`${app.url}/auth/google?code=x&error=y`)).headers.get('location')).toContain('/auth?');
  });

  describe('is linked with an account', () => {
    it('from within its session, and opens it from then on', async () => {
      const ann = await Person.register(app.url, 'ann');
      expect(await link(ann)).toBe('/#/google/linked');
      expect(cookies().has('messendger')).toBe(false);
      expect((await logIn()).user.id).toBe(ann.id);
      expect(await link(ann)).toBe('/#/google/linked');
      expect(await identities(ann.token)).toHaveLength(1);
    });

    it('and is unlinked again', async () => {
      const ann = await Person.register(app.url, 'ann');
      await link(ann);
      const unlink = () => ann.api.request('DELETE', '/users/me/identities/google', { password: PASSWORD });
      expect((await unlink()).status).toBe(204);
      expect(await unlink()).toMatchObject({ body: { code: 'identity_not_found' } });
      expect((await logIn()).user.id).not.toBe(ann.id);
    });

    it('but not unlinked where it is the only way in', async () => {
      const { accessToken } = await logIn();
      const answer = await new Api(app.url, accessToken).delete('/users/me/identities/google');
      expect([answer.status, answer.body.code]).toEqual([409, 'last_way_in']);
      expect(await identities(accessToken)).toHaveLength(1);
    });

    it('and that ends the other sessions, and is told', async () => {
      const ann = await Person.register(app.url, 'ann');
      const email = `${ann.user.username}@example.org`;
      await ann.api.patch('/users/me', { email, currentPassword: PASSWORD });
      await mailbox.confirm(email, app.url);
      const login = { username: ann.user.username, password: PASSWORD };
      const { body: elsewhere } = await new Api(app.url).post<AuthResult>('/login', login);
      await link(ann);
      expect((await new Api(app.url, elsewhere.accessToken).get('/users/me')).body.code).toBe('session_ended');
      expect((await ann.api.get('/users/me')).status).toBe(200);
      expect((await mailbox.take(email)).subject).toBe('A login with Google was linked');
    });

    describe.each([
      ['before', true],
      ['after', false],
    ])('%s the address of the account was verified', (_, isEarly) => {
      it.each([
        ['stays linked at a reset when it has the verified address', 'same', false],
        ['is unlinked at a reset when it has another address', 'other', true],
        ['is unlinked at a reset when it has no verified address', null, true],
      ])('%s', async (__, whose, isUnlinked) => {
        const person = await Person.register(app.url, 'ann');
        const email = `${person.user.username}@example.org`;
        // Without a verified address, the same one proves nothing.
        const claimed = whose === 'other' ? `other-${email}` : email.toUpperCase();
        google.claims.set(who, { email: claimed, email_verified: whose !== null });
        if (isEarly) await link(person);
        await person.api.patch('/users/me', { email, currentPassword: PASSWORD });
        await mailbox.confirm(email, app.url);
        if (!isEarly) await link(person);
        if (!isEarly) await mailbox.take(email);
        await new Api(app.url).post('/auth/password/forgotten', { email });
        const body = { token: tokenIn(await mailbox.take(email)), newPassword: 'four other words entirely' };
        expect((await new Api(app.url).post('/auth/password/reset', body)).status).toBe(204);
        const notice = await mailbox.take(email);
        expect([notice.subject, notice.text.includes('Google')]).toEqual(['Your password was changed', isUnlinked]);
        expect((await logIn()).user.id === person.id).toBe(!isUnlinked);
      });
    });

    it('but not with two, nor two with one', async () => {
      const [ann, ben] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'ben')];
      await link(ann);
      expect(await link(ben)).toBe('/#/google/taken');
      browser = new CookieBrowser();
      expect(await link(ann, `other-${who}`)).toBe('/#/google/taken');
      expect(await identities(ben.token)).toEqual([]);
    });

    it('but not once the session that asked is over', async () => {
      const ann = await Person.register(app.url, 'ann');
      const back = await throughGoogle(await wayToLink(ann));
      await ann.api.post('/logout');
      expect(await landing(back)).toBe('/#/google/stale');
      expect(await app.database.query('SELECT FROM identities WHERE subject = $1', [who])).toEqual([]);
    });

    it('but not without a session', async () => {
      expect((await new Api(app.url).post('/users/me/identities/google')).status).toBe(401);
    });
  });

  describe('and the end of an account', () => {
    it('does not let in who is deactivated', async () => {
      const { user } = await logIn();
      await app.nest.get(AccountSwitch).deactivate(user.username);
      cookies().clear();
      expect(await landing(await throughGoogle(await begin()))).toBe('/#/google/deactivated');
      expect(cookies().has('messendger')).toBe(false);
    });

    it('begins anew for who was erased, of whom nothing is left', async () => {
      const { user, accessToken } = await logIn();
      expect((await new Api(app.url, accessToken).request('DELETE', '/users/me', {})).status).toBe(204);
      expect(await app.database.query('SELECT FROM identities WHERE user_id = $1', [user.id])).toEqual([]);
      expect((await logIn()).user.id).not.toBe(user.id);
    });

    it('is not linked with an account that is erased at that moment', async () => {
      const ann = await Person.register(app.url, 'ann');
      expect((await ann.api.request('DELETE', '/users/me', { password: PASSWORD })).status).toBe(204);
      const request = { userId: ann.id, sessionId: claimsOf(ann.token).sid };
      const linked = app.nest.get(LinkedLogins).link(request, { provider: 'google', subject: who }, null);
      await expect(linked).rejects.toMatchObject({ code: 'session_ended' });
      expect((await logIn()).user.id).not.toBe(ann.id);
    });

    it('is in what one exports', async () => {
      const ann = await Person.register(app.url, 'ann');
      google.claims.set(who, { email: `${who}@example.org`, email_verified: true });
      await link(ann);
      const { body } = await ann.api.get<string>('/users/me/export');
      const [line] = body.split('\n').filter((text) => text.startsWith('{"type":"identity"'));
      expect(JSON.parse(line!)).toEqual({
        type: 'identity',
        provider: 'google',
        subject: who,
        email: `${who}@example.org`,
        createdAt: expect.any(String),
      });
    });
  });

  describe.each<[string, Partial<Config>, [what: string, claims: Record<string, unknown>, landing: string][]]>([
    [
      'of some domains',
      { googleDomains: ['corp.example'], registration: 'off' },
      [
        ['of an organisation there', { hd: 'Corp.example' }, 'logged-in'],
        ['with a verified address there', { email: 'x@corp.example', email_verified: true }, 'logged-in'],
        ['with an address there that is not verified', { email: 'x@corp.example', email_verified: false }, 'domain'],
        ['of another organisation', { hd: 'evil.example', email: 'x@evil.example', email_verified: true }, 'domain'],
        [
          'with an address that only begins like it',
          { email: 'x@corp.example.evil.org', email_verified: true },
          'domain',
        ],
        ['of no organisation', {}, 'domain'],
      ],
    ],
    ['where registration is off', { registration: 'off' }, [['of anyone', {}, 'closed']]],
    ['where registration needs a link', { registration: 'invited' }, [['of anyone', {}, 'closed']]],
  ])('%s', (_, settings, cases) => {
    let open: TestApp;
    beforeAll(async () => {
      open = app;
      app = await startApp({ google: google.settings, ...settings }, open.database);
      google.serve(app.url, open.url);
    });
    afterAll(async () => {
      await app.close();
      app = open;
    });

    it.each(cases)('takes a first login %s as it should', async (_what, claims, outcome) => {
      google.claims.set(who, claims);
      expect(await landing(await throughGoogle(await begin()))).toBe(`/#/google/${outcome}`);
      const made = await app.database.query('SELECT FROM identities WHERE subject = $1', [who]);
      expect(made).toHaveLength(outcome === 'logged-in' ? 1 : 0);
      expect(cookies().has('messendger')).toBe(outcome === 'logged-in');
    });

    it('links the same accounts and no others', async () => {
      const ann = new Person(app.url, (await Person.register(open.url, 'ann')).user, '');
      const login = { username: ann.user.username, password: PASSWORD };
      const { body } = await new Api(app.url).post<AuthResult>('/login', login);
      google.claims.set(who, { hd: 'evil.example' });
      const expected = settings.googleDomains ? 'domain' : 'linked';
      expect(await link(new Person(app.url, ann.user, body.accessToken))).toBe(`/#/google/${expected}`);
    });
  });

  describe('that answers with something of another kind', () => {
    afterEach(() => google.instead.clear());
    const finish = async (path: string, body: string) => {
      const back = await throughGoogle(await begin());
      google.instead.set(path, body);
      const to = await landing(back);
      google.instead.clear();
      return to;
    };

    it.each(['{}', '{"sub":42}', '{"sub":null}', '{"sub":["x"]}', '{"sub":{"x":1}}', '{"sub":""}', '{"sub":true}'])(
      'lets nobody in as %s, and says so on the page',
      async (body) => {
        const before = await app.database.query('SELECT FROM users');
        expect(await finish('/userinfo', body)).toBe('/#/google/failed');
        expect(await app.database.query('SELECT FROM users')).toHaveLength(before.length);
        expect(cookies().has('messendger')).toBe(false);
      },
    );

    it.each(['null', '[]', '"x"', '42', '', 'x=y', '{"sub":'])(
      'such as “%s” for who somebody is or for a token, fails and goes on',
      async (body) => {
        expect(await finish('/userinfo', body)).toBe('/#/google/failed');
        expect(await finish('/token', body)).toBe('/#/google/failed');
        expect((await new Api(app.url).get('/health/live')).status).toBe(200);
      },
    );

    it.each(['{}', '{"access_token":42}', '{"access_token":{}}', '{"access_token":"a\\nb"}', '{"access_token":null}'])(
      'such as %s for a token, fails and goes on',
      async (body) => {
        expect(await finish('/token', body)).toBe('/#/google/failed');
        expect((await new Api(app.url).get('/health/live')).status).toBe(200);
      },
    );

    it.each<[claim: string, value: unknown]>(
      ['name', 'email', 'email_verified', 'picture', 'given_name'].flatMap((claim) =>
        [42, true, null, ['x'], { x: 1 }, ''].map((value) => [claim, value] as [string, unknown]),
      ),
    )('lets somebody in whose %s is %j, without it', async (claim, value) => {
      expect(await finish('/userinfo', JSON.stringify({ sub: who, [claim]: value }))).toBe('/#/google/logged-in');
      expect((await session()).user.email).toBeNull();
    });
  });

  it('seals the state with the newest secret, and opens that of earlier ones', async () => {
    const url = await begin();
    const renewed = await startApp(
      {
        google: google.settings,
        jwtSecret: 'another secret of the tests, 0123456789',
        previousJwtSecrets: [TEST_SECRET],
      },
      app.database,
    );
    // As if it were the same server after a restart: the cookie is of the one, the way back leads to the other.
    const sealed = cookies().get('messendger-google')!;
    const { search } = new URL(await throughGoogle(url));
    const headers = { cookie: `messendger-google=${sealed}` };
    const back = await fetch(`${renewed.url}/auth/google/callback${search}`, { headers, redirect: 'manual' });
    // The code is for the address of the first one; the state was taken.
    expect(back.headers.get('location')).toBe('/#/google/failed');
    const stranger = await startApp(
      { google: google.settings, jwtSecret: 'a third secret of the tests, 0123456789' },
      app.database,
    );
    const strange = await fetch(`${stranger.url}/auth/google/callback${search}`, { headers, redirect: 'manual' });
    expect(strange.headers.get('location')).toBe('/#/google/stale');
    await stranger.close();
    await renewed.close();
  });

  it('that is not set up is not there', async () => {
    const plain = await startApp({}, app.database);
    const ann = await Person.register(plain.url, 'ann');
    expect((await ann.api.get('/auth/providers')).body).toMatchObject({ google: false });
    for (const answer of [
      await ann.api.get('/auth/google'),
      await ann.api.get('/auth/google/callback?code=x&state=y'),
      await ann.api.post('/users/me/identities/google'),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'google_not_configured']);
    }
    await plain.close();
  });

  it('sends people back to where the settings say', async () => {
    const behind = await startApp({ google: google.settings, publicUrl: 'https://chat.example.org' }, app.database);
    const { headers } = await browser.get(`${behind.url}/auth/google`);
    const { searchParams } = new URL(headers.get('location')!);
    expect(searchParams.get('redirect_uri')).toBe('https://chat.example.org/auth/google/callback');
    await behind.close();
  });

  const changeCookie = () => {
    const bytes = Buffer.from(cookies().get('messendger-google')!, 'base64url');
    bytes[40]! ^= 1;
    cookies().set('messendger-google', bytes.toString('base64url'));
  };
});
