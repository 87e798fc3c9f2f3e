import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { JWTPayload } from 'jose';
import type { AuthResult, OwnUser, ProblemDetails, SessionInfo } from '../../src/changes/contract.js';
import { AccountSwitch } from '../../src/auth/account-switch.js';
import { issuerKeys } from '../../src/auth/issuers/issuer-keys.js';
import { Config, type IssuerSettings } from '../../src/config/config.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { Issuer, type Key, newKey } from '../support/issuer.js';
import { Mailbox } from '../support/mailbox.js';
import { PASSWORD, Person } from '../support/person.js';

const seconds = () => Math.floor(Date.now() / 1000);
const PROFILE = { preferred_username: 'Zoë.Ångström', name: 'Zoë Ångström', email: 'Zoe@Example.org' };

describe('The tokens of another issuer', () => {
  let issuer: Issuer;
  let app: TestApp;
  let mailbox: Mailbox;

  const settings = (more: Partial<IssuerSettings> = {}): { issuer: IssuerSettings } => ({
    issuer: {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithm: 'RS256',
      tokenType: 'at+jwt',
      jwksUrl: issuer.url,
      keyFile: null,
      ...more,
    },
  });
  const mail = () => ({ smtpUrl: mailbox.url, mailFrom: 'Chat <chat@example.org>' });
  const get = <T = OwnUser>(token: string, path = '/users/me', url = app.url) => new Api(url, token).get<T>(path);
  const refusalOf = async (token: string, url = app.url) => {
    const { status, body } = await get<{ code: string }>(token, '/users/me', url);
    return [status, body.code];
  };
  const connect = (token: string) => ChatClient.connect(app.url, { auth: { token } });

  beforeAll(async () => {
    issuer = await new Issuer().open();
    mailbox = await Mailbox.open();
    app = await startApp({ ...settings(), ...mail() });
  });
  afterAll(async () => {
    await app.close();
    await issuer.close();
    await mailbox.close();
  });

  it('make an account at first sight, of the claims, and are the same person ever after', async () => {
    const first = await get(await issuer.token('zoe-1', { ...PROFILE, email_verified: true }));
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      username: 'zoe.angstrom',
      displayName: 'Zoë Ångström',
      email: 'zoe@example.org',
      emailVerified: true,
      pendingEmail: null,
    });
    const again = await get(await issuer.token('zoe-1', { name: 'Somebody else' }));
    expect(again.body).toEqual(first.body);
  });

  it('make one account, however many come at once', async () => {
    const token = await issuer.token('many', { preferred_username: 'many' });
    const answers = await Promise.all(Array.from({ length: 12 }, () => get(token)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  });

  it.each<[what: string, claims: JWTPayload, expected: object]>([
    ['nothing at all', {}, { username: /^user(-\d{6})?$/, email: null }],
    ['a name that is taken', { preferred_username: 'taken' }, { username: /^taken-\d{6}$/ }],
    ['a name that is too long', { preferred_username: 'x'.repeat(500) }, { username: /^x{32}$/ }],
    ['a name of another script', { name: '王小明' }, { username: /^user(-\d{6})?$/, displayName: /^王小明$/ }],
    ['claims of the wrong kind', { name: 1, email: {}, preferred_username: ['x'] }, { username: /^user-\d{6}$/ }],
    ['lines and NUL in a name', { name: 'a\0b\n\u2028c' }, { displayName: /^a b c$/ }],
    ['an address that is not verified', { email: 'unverified@example.org' }, { username: /^unverified$/, email: null }],
    ['a verified address that is taken', { email: 'taken@example.org', email_verified: true }, { email: null }],
  ])('that say %s make an account', async (what, claims, expected) => {
    const account = { username: 'taken', password: 'correct horse battery staple', email: 'taken@example.org' };
    const registered = await new Api(app.url).post('/register', account);
    if (registered.status === 201) await mailbox.confirm(account.email, app.url);
    const { status, body } = await get(await issuer.token(`sub of ${what}`, claims));
    expect(status).toBe(200);
    for (const [key, value] of Object.entries(expected)) {
      if (value === null) expect(body[key as keyof OwnUser]).toBeNull();
      else expect(body[key as keyof OwnUser]).toMatch(value as RegExp);
    }
  });

  it('open a connection, and talk to people who log in here', async () => {
    const ben = await Person.register(app.url, 'ben');
    const group = await ben.group('public');
    const token = await issuer.token('talker', { name: 'Talker' });
    await new Api(app.url, token).post(`/groups/${group.id}/join`);
    const client = await connect(token);
    const message = await client.do('message:send', { groupId: group.id, text: 'Hello from outside' });
    expect(message).toMatchObject({ text: 'Hello from outside', sender: { displayName: 'Talker' } });
    client.close();
  });

  it('close the connection when they end, or the account does', async () => {
    // The clocks may be half a minute apart, so this one has two seconds left.
    const short = await connect(await issuer.token('short', { exp: seconds() - 28 }));
    expect((await short.next('closing')).code).toBe('token_expired');
    const gone = await connect(await issuer.token('gone'));
    await app.database.query(`DELETE FROM users WHERE id = (SELECT user_id FROM identities WHERE subject = 'gone')`);
    expect((await gone.next('closing')).code).toBe('session_ended');
  });

  describe('whose account is deactivated', () => {
    const someone = async (subject: string) => {
      const token = await issuer.token(subject, { preferred_username: subject });
      return { token, username: (await get(token)).body.username, client: await connect(token) };
    };

    it('close its connections at once, and open nothing until it is activated', async () => {
      const { token, username, client } = await someone('switched');
      const accounts = app.nest.get(AccountSwitch);
      await accounts.deactivate(username);
      expect(await refusalOf(token)).toEqual([401, 'unauthenticated']);
      await expect(connect(token)).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
      expect((await client.next('closing')).code).toBe('session_ended');
      await accounts.activate(username);
      const again = await connect(token);
      // Active again before any sweep looks: only the news closes it.
      await accounts.deactivate(username);
      await accounts.activate(username);
      expect((await again.next('closing')).code).toBe('session_ended');
      expect((await get(token)).status).toBe(200);
    });

    it('in the database alone, are found by the sweep', async () => {
      const { username, client } = await someone('swept');
      await app.database.query('UPDATE users SET deactivated_at = now() WHERE username = $1', [username]);
      expect((await client.next('closing')).code).toBe('session_ended');
    });
  });

  it('erase an account only with a login here; those that are still good begin a new one', async () => {
    const token = await issuer.token('leaver', { preferred_username: 'leaver' });
    const { id } = (await get(token)).body;
    const refused = await new Api(app.url, token).request<{ code: string }>('DELETE', '/users/me', {});
    expect([refused.status, refused.body.code]).toEqual([403, 'session_needed']);

    const link = await app.nest.get(AccountSwitch).resetLink('leaver');
    const password = { token: link.split('token=')[1], newPassword: PASSWORD };
    expect((await new Api(app.url).post('/auth/password/reset', password)).status).toBe(204);
    const login = await new Api(app.url).post<AuthResult>('/login', { username: 'leaver', password: PASSWORD });
    const client = await connect(token);
    const erased = await new Api(app.url, login.body.accessToken).request('DELETE', '/users/me', {
      password: PASSWORD,
    });
    expect(erased.status).toBe(204);

    expect((await client.next('closing')).code).toBe('session_ended');
    expect(await app.database.query('SELECT FROM identities WHERE user_id = $1', [id])).toEqual([]);
    const { status, body } = await get(token);
    expect([status, body.username, body.id === id]).toEqual([200, 'leaver', false]);
  });

  it('give nobody a way in that outlasts the issuer: neither another address nor a password, not even by a letter', async () => {
    const email = 'employee@corp.example';
    const token = await issuer.token('employee', { preferred_username: 'employee', email, email_verified: true });
    const api = new Api(app.url, token);
    expect((await get(token)).body).toMatchObject({ email, emailVerified: true });
    for (const answer of [
      await api.patch('/users/me', { email: 'private@home.example' }),
      await api.patch('/users/me', { email: null }),
      await api.post('/users/me/password', { newPassword: 'four other words entirely' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'session_needed']);
    }
    expect((await get(token)).body).toMatchObject({ email, pendingEmail: null });
    const forgotten = (address: string) => new Api(app.url).post('/auth/password/forgotten', { email: address });
    const other = `other-${PASSWORD.length}@example.org`;
    await new Api(app.url).post('/register', { username: 'has-password', password: PASSWORD, email: other });
    await mailbox.confirm(other, app.url);
    expect([(await forgotten(email)).status, (await forgotten(other)).status]).toEqual([204, 204]);
    await mailbox.take(other);
    expect(mailbox.letters.filter(({ to }) => to === email)).toEqual([]);
    expect(
      await app.database.query(`SELECT FROM one_time_tokens t JOIN users u ON u.id = t.user_id WHERE u.email = $1`, [
        email,
      ]),
    ).toEqual([]);
  });

  it('are of no session of ours: none is listed, none can be ended but those that there are', async () => {
    const token = await issuer.token('no-session');
    expect((await get<{ items: SessionInfo[] }>(token, '/users/me/sessions')).body.items).toEqual([]);
    expect(await new Api(app.url, token).delete('/users/me/sessions')).toMatchObject({
      body: { code: 'session_needed' },
    });
    expect(await new Api(app.url, token).post('/logout')).toMatchObject({ body: { code: 'session_not_found' } });
  });

  it.each<[what: string, code: string, make: () => Promise<string>]>([
    ['of another issuer', 'unauthenticated', () => issuer.token('x', { iss: 'https://evil.example.org' })],
    ['for another audience', 'unauthenticated', () => issuer.token('x', { aud: 'https://shop.example.org' })],
    ['for no audience', 'unauthenticated', () => issuer.token('x', { aud: undefined })],
    ['of another type', 'unauthenticated', () => issuer.token('x', {}, { typ: 'JWT' })],
    ['of no type', 'unauthenticated', () => issuer.token('x', {}, { typ: undefined })],
    ['of another algorithm', 'unauthenticated', () => issuer.token('x', {}, { alg: 'PS256' })],
    ['that expired', 'token_expired', () => issuer.token('x', { exp: seconds() - 31 })],
    ['that never expire', 'unauthenticated', () => issuer.token('x', { exp: undefined })],
    ['that are not yet good', 'unauthenticated', () => issuer.token('x', { nbf: seconds() + 60 })],
    ['of nobody', 'unauthenticated', () => issuer.token('', {})],
    ['without a subject', 'unauthenticated', () => issuer.token('x', { sub: undefined })],
    ['with NUL in the subject', 'unauthenticated', () => issuer.token('a\0b')],
    ['with a subject without end', 'unauthenticated', () => issuer.token('x'.repeat(256))],
    ['with a critical header that nobody knows', 'unauthenticated', () => withHeader({ crit: ['x'], x: 1 })],
    ['signed with another key of the same name', 'unauthenticated', () => signedBy({ ...newKey(), kid: kid() })],
    ['signed with a key that it brings along', 'unauthenticated', bringingItsKey],
    ['signed with the public key as an HMAC secret', 'unauthenticated', () => confused('pem')],
    ['signed with the public key as JSON', 'unauthenticated', () => confused('jwk')],
    ['that are not signed', 'unauthenticated', unsigned],
    ['that were changed', 'unauthenticated', changed],
  ])('%s are refused', async (_, code, make) => {
    const token = await make();
    const before = await app.database.query('SELECT FROM users');
    expect(await refusalOf(token)).toEqual([401, code]);
    await expect(connect(token)).rejects.toMatchObject({ data: { code } });
    expect(await app.database.query('SELECT FROM users')).toHaveLength(before.length);
  });

  const TYPES: [type: string, value: unknown][] = [
    ['a number', 42],
    ['a yes', true],
    ['null', null],
    ['a list', ['x']],
    ['an object', { x: 1 }],
    ['an empty text', ''],
  ];
  const typed = (claims: string[], except: string[] = []) =>
    claims.flatMap((claim) =>
      TYPES.map(([type, value]) => [claim, type, value] as const).filter(
        ([, type]) => !except.includes(`${claim} ${type}`),
      ),
    );

  it.each(typed(['sub', 'iss', 'aud', 'exp', 'nbf'], ['exp a number', 'nbf a number']))(
    'with a "%s" that is %s are refused with 401 and a reason',
    async (claim, _, value) => {
      const token = await issuer.token('typed', { [claim]: value });
      const { status, body } = await get<ProblemDetails>(token);
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
      if (claim !== 'iss') expect(body.detail).toContain(`"${claim}"`);
      await expect(connect(token)).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
    },
  );

  it.each(typed(['name', 'preferred_username', 'email', 'email_verified', 'jti', 'sid']))(
    'with a "%s" that is %s make an account all the same, without it',
    async (claim, type, value) => {
      const { status, body } = await get(await issuer.token(`typed ${claim} ${type}`, { [claim]: value }));
      expect([status, body.email, body.username]).toEqual([200, null, expect.stringMatching(/^user(-\d{6})?$/)]);
    },
  );

  it('may be late or early by half a minute', async () => {
    expect((await get(await issuer.token('late', { exp: seconds() - 20 }))).status).toBe(200);
    expect((await get(await issuer.token('late', { nbf: seconds() + 20 }))).status).toBe(200);
  });

  it('are nothing to a server that was told of no issuer', async () => {
    const plain = await startApp({}, app.database);
    expect(await refusalOf(await issuer.token('x'), plain.url)).toEqual([401, 'unauthenticated']);
    await plain.close();
  });

  it('never come with the name of ours', async () => {
    const token = await issuer.token('x', { iss: 'messendger', aud: 'messendger' });
    expect(await refusalOf(token)).toEqual([401, 'unauthenticated']);
  });

  describe('The keys', () => {
    it('are fetched once, not for every token', async () => {
      const before = issuer.fetched;
      for (let round = 0; round < 5; round += 1) await get(await issuer.token(`round-${round}`));
      expect(issuer.fetched).toBe(before);
    });

    it('are rotated: a new one is found, a withdrawn one is forgotten', async () => {
      const old = issuer.keys[0]!;
      issuer.keys = [newKey(), old];
      const token = await issuer.token('rotated');
      await until(async () => (await get(token)).status === 200);
      issuer.keys = [newKey(), issuer.keys[0]!];
      const third = await issuer.token('rotated');
      await until(async () => (await get(third)).status === 200);
      expect(await refusalOf(await issuer.token('rotated', {}, {}, old))).toEqual([401, 'unauthenticated']);
    });

    it('that are known go on while nobody answers, and for others nobody can tell', async () => {
      expect((await get(await issuer.token('steady'))).status).toBe(200);
      await issuer.close();
      const real = Date.now;
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + 400_000);
      try {
        expect((await get(await issuer.token('steady'))).status).toBe(200);
        const unknown = await issuer.token('steady', {}, {}, newKey());
        expect(await refusalOf(unknown)).toEqual([503, 'unavailable']);
        // Without an error, after which Socket.IO's clients would not come back by themselves.
        await expect(connect(unknown)).rejects.toThrow('transport close');
      } finally {
        clock.mockRestore();
        await issuer.open();
      }
    });

    it('are asked for again when they are old, so that a withdrawn one is not good for ever', async () => {
      const old = issuer.keys[0]!;
      expect((await get(await issuer.token('steady'))).status).toBe(200);
      issuer.keys = [newKey()];
      const real = Date.now;
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + 800_000);
      try {
        expect(await refusalOf(await issuer.token('steady', {}, {}, old))).toEqual([401, 'unauthenticated']);
      } finally {
        clock.mockRestore();
      }
    });

    it('that could not be fetched at the start are fetched when somebody is there', async () => {
      await issuer.close();
      const early = await startApp(settings(), app.database);
      expect(await refusalOf(await issuer.token('early'), early.url)).toEqual([503, 'unavailable']);
      await issuer.open();
      const token = await issuer.token('early');
      const waited = later(5_000, async () => expect((await get(token, '/users/me', early.url)).status).toBe(200));
      await waited.finally(() => early.close());
    });

    it('are asked for once in five seconds while the address fails, however many tokens come', async () => {
      let asked = 0;
      const failing = createServer((_, response) => {
        asked += 1;
        response.writeHead(500).end();
      });
      await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
      const jwksUrl = `http://127.0.0.1:${(failing.address() as AddressInfo).port}/`;
      const cold = await startApp(settings({ jwksUrl }), app.database);
      const ask = async () => refusalOf(await issuer.token('cold', {}, {}, newKey()), cold.url);
      try {
        const answers = await Promise.all(Array.from({ length: 5 }, ask));
        answers.push(await ask(), await ask());
        expect(answers).toEqual(Array.from({ length: 7 }, () => [503, 'unavailable']));
        expect(asked).toBe(1);
        await later(5_000, async () => expect(await ask()).toEqual([503, 'unavailable']));
        expect(asked).toBe(2);
      } finally {
        await cold.close();
        failing.close();
      }
    });

    it.each(['pem', 'jwks'])('can be in a file (%s)', async (kind) => {
      const folder = await mkdtemp(join(tmpdir(), 'messendger-issuer-'));
      const keyFile = join(folder, 'keys');
      const pem = issuer.keys[0]!.publicKey.export({ type: 'spki', format: 'pem' }) as string;
      await writeFile(keyFile, kind === 'pem' ? pem : await issuer.jwks());
      const other = await startApp(settings({ jwksUrl: null, keyFile }), app.database);
      expect((await get(await issuer.token('filed'), '/users/me', other.url)).status).toBe(200);
      expect(await refusalOf(await issuer.token('filed', {}, {}, newKey()), other.url)).toEqual([
        401,
        'unauthenticated',
      ]);
      await other.close();
      await rm(folder, { recursive: true });
    });

    it('in a file that cannot be used stop the start', async () => {
      await expect(issuerKeys(settings({ jwksUrl: null, keyFile: '/nowhere' }).issuer)).rejects.toThrow(
        'ISSUER_KEY_FILE cannot be used',
      );
    });
  });

  it('are accepted at an address whose limit others have used up, if they were accepted lately', async () => {
    const limits = { ...new Config().limits, unauthenticated: { points: 3, duration: 3_600 } };
    const limited = await startApp({ ...settings(), rateLimits: true, limits }, app.database);
    const token = await issuer.token('yan-1');
    expect((await get(token, '/users/me', limited.url)).status).toBe(200);
    for (let round = 0; round < 3; round += 1) expect((await refusalOf('x.y.z', limited.url))[0]).toBe(401);
    for (let round = 0; round < 5; round += 1) expect((await get(token, '/users/me', limited.url)).status).toBe(200);
    const [header, payload] = token.split('.');
    const unknown = [`${header}.${payload}.c2lnbmF0dXJl`, await issuer.token('yan-2')];
    for (const other of unknown) expect(await refusalOf(other, limited.url)).toEqual([429, 'rate_limited']);
    await limited.nest.get(AccountSwitch).deactivate((await get(token)).body.username);
    const codes = [];
    for (let round = 0; round < 5; round += 1) codes.push((await refusalOf(token, limited.url))[0]);
    expect(codes).toEqual([401, 401, 401, 429, 429]);
    await limited.close();
  });

  it('that are forged pass no more often than the limit of an address says, also at once', async () => {
    const limits = { ...new Config().limits, unauthenticated: { points: 3, duration: 3_600 } };
    const limited = await startApp({ ...settings(), rateLimits: true, limits }, app.database);
    const [header, payload] = (await issuer.token('xan')).split('.');
    const forged = `${header}.${payload}.${'x'.repeat(342)}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => refusalOf(forged, limited.url)));
    expect(answers.filter(([status]) => status === 401)).toHaveLength(3);
    await limited.close();
  });

  /** What happens when the clock is so many milliseconds ahead. */
  async function later(ms: number, act: () => Promise<void>): Promise<void> {
    const real = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + ms);
    await act().finally(() => clock.mockRestore());
  }

  const kid = () => issuer.keys[0]!.kid;
  const withHeader = (header: object) => issuer.token('x').then((token) => replaceHeader(token, header));
  const signedBy = (key: Key) => issuer.token('x', {}, {}, key);
  async function bringingItsKey(): Promise<string> {
    const own = newKey();
    return issuer.token('x', {}, { jwk: own.publicKey.export({ format: 'jwk' }) }, { ...own, kid: kid() });
  }
  function confused(format: 'pem' | 'jwk'): Promise<string> {
    const { publicKey } = issuer.keys[0]!;
    const secret =
      format === 'pem'
        ? (publicKey.export({ type: 'spki', format }) as string)
        : JSON.stringify(publicKey.export({ format }));
    return issuer.token('x', {}, { alg: 'HS256', kid: kid() }, Buffer.from(secret));
  }
  async function unsigned(): Promise<string> {
    return `${(await withHeader({ alg: 'none' })).split('.').slice(0, 2).join('.')}.`;
  }
  async function changed(): Promise<string> {
    const [header, payload, signature] = (await issuer.token('x')).split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    return [header, encode({ ...claims, sub: 'someone' }), signature].join('.');
  }
  function replaceHeader(token: string, more: object): string {
    const [header, ...rest] = token.split('.');
    return [encode({ ...(JSON.parse(Buffer.from(header!, 'base64url').toString()) as object), ...more }), ...rest].join(
      '.',
    );
  }
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Resolves once it holds; the server looks for new keys every five seconds at most. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) if (await holds()) return;
  throw new Error('It never came to hold');
}
