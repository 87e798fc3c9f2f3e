import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AccessTokens } from '../../src/auth/access-tokens.js';
import { AccountSwitch } from '../../src/auth/account-switch.js';
import { RateLimits } from '../../src/auth/rate-limits/rate-limits.js';
import { SlidingWindow } from '../../src/auth/rate-limits/sliding-window.js';
import type { AuthResult } from '../../src/changes/contract.js';
import { Config, type LimitName, type Rate } from '../../src/config/config.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.js';
import { createDatabase, type TestDatabase, verifyAddress } from '../support/database.js';
import { PASSWORD } from '../support/person.js';
import { RedisProcess } from '../support/redis.js';

const HOUR = 3_600;
const [wrong, limited] = ['invalid_credentials', 'rate_limited'];

describe('A window that slides', () => {
  const at = (window: SlidingWindow, ...times: number[]) => times.map((time) => window.take('x', time).accepted);

  it('never lets more through in its length, wherever that begins', () => {
    const window = new SlidingWindow({ points: 3, duration: 60 });
    // A fixed window from 0 to 60 s would accept three at its end, and three more right after.
    expect(at(window, 58_000, 59_000, 59_500, 60_500, 61_000, 100_000)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(at(window, 118_000, 118_500)).toEqual([true, false]);
  });

  it('does not count what it refuses, and tells when to come back', () => {
    const window = new SlidingWindow({ points: 1, duration: 60 });
    expect(window.take('x', 0)).toMatchObject({ accepted: true, remaining: 0 });
    for (let time = 1_000; time < 60_000; time += 1_000) expect(window.take('x', time).accepted).toBe(false);
    const { retryIn } = window.take('x', 30_000);
    expect(retryIn).toBe(30_000);
    expect(window.take('x', 60_000).accepted).toBe(true);
  });

  it('forgets who does not come any more', () => {
    const window = new SlidingWindow({ points: 5, duration: 1 });
    for (let time = 0; time < 100_000; time += 100) window.take(`key ${time}`, time);
    const { recent, older } = window as unknown as { recent: Map<string, unknown>; older: Map<string, unknown> };
    expect(recent.size + older.size).toBeLessThanOrEqual(22);
  });
});

describe('Throttling', () => {
  let database: TestDatabase;
  let redis: RedisProcess;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    redis = await RedisProcess.start();
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await redis.kill();
    await database.drop();
  });
  afterEach(() => redis.goOn());

  const start = async (limits: Partial<Record<LimitName, Rate>>, settings: Partial<Config> = {}) => {
    const all = { ...new Config().limits, register: { points: 1_000, duration: HOUR }, ...limits };
    const app = await startApp({ rateLimits: true, limits: all, trustProxy: 1, ...settings }, database);
    apps.push(app);
    return app;
  };
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const register = async (app: TestApp) => {
    const username = `user-${randomUUID().slice(0, 13)}`;
    const body = { username, password: PASSWORD, email: `${username}@example.org` };
    await new Api(app.url).post('/register', body, from('192.0.2.200'));
    return username;
  };
  const logIn = (app: TestApp, username: string, password: string, address = '192.0.2.1') =>
    new Api(app.url).post<AuthResult>('/login', { username, password }, from(address));
  const codeOf = ({ status, body }: Answer<unknown>) => (body as { code?: string }).code ?? status;

  it('counts attempts by address, as a proxy tells it where that is to be believed', async () => {
    const app = await start({ login: { points: 2, duration: HOUR } });
    const username = await register(app);
    const codes = [];
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) {
      codes.push(codeOf(await logIn(app, username, 'wrong', address)));
    }
    expect(codes).toEqual([wrong, wrong, limited, wrong]);
    const plain = await start({ login: { points: 2, duration: HOUR } }, { trustProxy: 0 });
    const believed = [];
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      believed.push(codeOf(await logIn(plain, username, 'wrong', address)));
    }
    expect(believed).toEqual([wrong, wrong, limited]);
  });

  it('counts wrong passwords of an account from one address, and says which limit it is', async () => {
    const app = await start({ account: { points: 3, duration: HOUR } });
    const username = await register(app);
    for (let round = 1; round <= 3; round += 1) expect(codeOf(await logIn(app, username, 'wrong'))).toBe(wrong);
    const refused = await logIn(app, username, PASSWORD);
    expect(codeOf(refused)).toBe(limited);
    expect(refused.headers.get('ratelimit-policy')).toBe(`"account";q=3;w=${HOUR}`);
    expect(refused.headers.get('ratelimit')).toBe(`"account";r=0;t=${refused.headers.get('retry-after')}`);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(HOUR - 120);
    expect(codeOf(await logIn(app, username, PASSWORD, '192.0.2.4'))).toBe(200);
  });

  it('counts wrong passwords of an account from all addresses together, against a limit of its own', async () => {
    const app = await start({ accountTotal: { points: 3, duration: HOUR } });
    const username = await register(app);
    for (let host = 1; host <= 3; host += 1) {
      expect(codeOf(await logIn(app, username, 'wrong', `192.0.2.${host}`))).toBe(wrong);
    }
    const refused = await logIn(app, username, PASSWORD, '192.0.2.4');
    expect(codeOf(refused)).toBe(limited);
    expect(refused.headers.get('ratelimit-policy')).toBe(`"accountTotal";q=3;w=${HOUR}`);
  });

  it('lets no more guesses through when they come at once', async () => {
    const app = await start({ account: { points: 3, duration: HOUR } });
    const username = await register(app);
    const answers = await Promise.all(Array.from({ length: 10 }, () => logIn(app, username, 'wrong')));
    expect(answers.map(codeOf).sort()).toEqual([...Array<string>(3).fill(wrong), ...Array<string>(7).fill(limited)]);
  });

  it('answers the same for an account that is not there', async () => {
    const app = await start({ account: { points: 2, duration: HOUR } });
    const username = `nobody-${randomUUID().slice(0, 8)}`;
    const codes = [];
    for (let round = 1; round <= 3; round += 1) codes.push(codeOf(await logIn(app, username, 'x')));
    expect(codes).toEqual([wrong, wrong, limited]);
  });

  it('does not count logins that succeed, neither against the account nor against the address', async () => {
    const app = await start({ account: { points: 2, duration: HOUR }, login: { points: 2, duration: HOUR } });
    const username = await register(app);
    for (let round = 0; round < 5; round += 1) expect(codeOf(await logIn(app, username, PASSWORD))).toBe(200);
  });

  it('limits the right logins of one user, for each costs a hash', async () => {
    const app = await start({ passwordCheck: { points: 3, duration: HOUR } });
    const [username, other] = [await register(app), await register(app)];
    const codes = [];
    for (let round = 0; round < 4; round += 1) codes.push(codeOf(await logIn(app, username, PASSWORD)));
    expect(codes).toEqual([200, 200, 200, limited]);
    expect(codeOf(await logIn(app, other, PASSWORD))).toBe(200);
  });

  it('limits passwords that are checked while one is logged in, also when they are right', async () => {
    const app = await start({ passwordCheck: { points: 2, duration: HOUR } });
    const { body } = await logIn(app, await register(app), PASSWORD);
    const passwords = [PASSWORD, 'four other words', 'five words of another kind', 'six words'];
    const codes = [];
    for (const [index, oldPassword] of passwords.slice(0, 3).entries()) {
      const change = { oldPassword, newPassword: passwords[index + 1] };
      codes.push(codeOf(await new Api(app.url, body.accessToken).post('/users/me/password', change)));
    }
    expect(codes).toEqual([204, 204, limited]);
  });

  describe('of guesses at an account', () => {
    const COOKIE = { 'session-transport': 'cookie' };
    const limits = { account: { points: 2, duration: HOUR }, accountTotal: { points: 6, duration: HOUR } };
    let app: TestApp;
    let username: string;
    beforeAll(async () => {
      app = await start({ ...limits, login: { points: 1_000, duration: HOUR } });
    });
    beforeEach(async () => {
      username = await register(app);
    });

    const deviceOf = ({ headers }: Answer<unknown>) =>
      headers.getSetCookie().find((cookie) => cookie.startsWith('messendger-device='))!;
    const logInBy = (device: string, password: string, address: string, name = username, at = app) =>
      new Api(at.url).post<AuthResult>(
        '/login',
        { username: name, password },
        { ...from(address), ...COOKIE, cookie: device.split(';')[0]! },
      );
    /** A browser that has logged in to the account. */
    const knownDevice = async (name = username) => deviceOf(await logInBy('x=y', PASSWORD, '198.51.100.1', name));
    /** Guesses at many addresses until the account is closed to those. */
    const attack = async () => {
      const codes = [];
      for (let host = 1; host <= 8; host += 1)
        codes.push(codeOf(await logIn(app, username, 'wrong', `192.0.2.${host}`)));
      expect(codes.slice(-3)).toEqual([wrong, limited, limited]);
    };

    it('lets the owner in on a device that has logged in before, at any address', async () => {
      const device = await knownDevice();
      await new Api(app.url).post('/logout', undefined, { ...COOKIE, cookie: device.split(';')[0]! });
      await app.database.query('DELETE FROM sessions');
      await attack();
      expect(codeOf(await logInBy(device, PASSWORD, '203.0.113.5'))).toBe(200);
      expect(codeOf(await logInBy('x=y', PASSWORD, '203.0.113.8'))).toBe(limited);
    });

    it('lets the owner in without a cookie at an address where they are logged in', async () => {
      expect(codeOf(await logIn(app, username, PASSWORD, '198.51.100.7'))).toBe(200);
      await attack();
      expect(codeOf(await logIn(app, username, PASSWORD, '198.51.100.7'))).toBe(200);
      expect(codeOf(await logIn(app, username, PASSWORD, '203.0.113.5'))).toBe(limited);
    });

    it('lets the owner in at another address when one has used up its own', async () => {
      for (const code of [wrong, wrong, limited]) expect(codeOf(await logIn(app, username, 'wrong'))).toBe(code);
      expect(codeOf(await logIn(app, username, PASSWORD, '203.0.113.5'))).toBe(200);
    });

    it('limits a colleague at the address where the owner is logged in', async () => {
      expect(codeOf(await logIn(app, username, PASSWORD, '198.51.100.7'))).toBe(200);
      const codes = [];
      for (let round = 0; round < 4; round += 1) codes.push(codeOf(await logIn(app, username, 'x', '198.51.100.7')));
      expect(codes).toEqual([wrong, wrong, limited, limited]);
    });

    it('limits a known device by itself, wherever it is', async () => {
      const device = await knownDevice();
      const codes = [];
      for (let host = 1; host <= 4; host += 1) codes.push(codeOf(await logInBy(device, 'x', `203.0.113.${host}`)));
      expect(codes).toEqual([wrong, wrong, limited, limited]);
      expect(codeOf(await logIn(app, username, PASSWORD, '203.0.113.9'))).toBe(200);
    });

    it('takes no cookie for another account, and none that it has not made', async () => {
      const mine = await register(app);
      const device = await knownDevice(mine);
      const forged = device.replace(/\.[\w-]+\.[\w-]+;/, '.eyJhY2NvdW50cyI6W119.c2lnbmF0dXJl;');
      await attack();
      for (const cookie of [device, forged, 'messendger-device=x']) {
        expect(codeOf(await logInBy(cookie, PASSWORD, '203.0.113.5'))).toBe(limited);
      }
    });

    it('remembers several accounts in one browser', async () => {
      const second = await register(app);
      const device = deviceOf(await logInBy(await knownDevice(), PASSWORD, '198.51.100.2', second));
      await app.database.query('DELETE FROM sessions');
      await attack();
      expect(codeOf(await logInBy(device, PASSWORD, '203.0.113.5'))).toBe(200);
      expect(device).toMatch(/; Max-Age=34560000; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/);
    });

    describe('at an address whose own limit others have used up', () => {
      const used = '203.0.113.50';
      let busy: TestApp;
      beforeEach(async () => {
        busy = await start({ login: { points: 2, duration: HOUR } });
        for (const code of [wrong, wrong, limited]) expect(codeOf(await logIn(busy, 'nobody', 'x', used))).toBe(code);
      });
      const logInAt = (device: string, name: string, password = PASSWORD) =>
        logInBy(device, password, used, name, busy).then(codeOf);

      it('accepts the login of a device that is known to the account, any number of times', async () => {
        const device = await knownDevice();
        for (let round = 0; round < 4; round += 1) expect(await logInAt(device, username)).toBe(200);
        expect(await logInAt('x=y', username)).toBe(limited);
      });

      it('refuses the guesses of a known device at other accounts', async () => {
        const device = await knownDevice();
        expect(await logInAt(device, await register(busy))).toBe(limited);
        expect(await logInAt(device, 'nobody')).toBe(limited);
      });

      it('limits the failed logins of the known device itself', async () => {
        const device = await knownDevice();
        const codes = [];
        for (let round = 0; round < 3; round += 1) codes.push(await logInAt(device, username, 'wrong'));
        expect(codes).toEqual([wrong, wrong, limited]);
      });
    });

    it('accepts a device cookie that was signed with an earlier secret', async () => {
      const device = await knownDevice();
      const jwtSecret = 'the next secret that only the tests know: 987';
      const next = await start(
        { login: { points: 1, duration: HOUR } },
        { jwtSecret, previousJwtSecrets: [TEST_SECRET] },
      );
      for (const code of [wrong, limited]) expect(codeOf(await logIn(next, 'nobody', 'x', '203.0.113.51'))).toBe(code);
      expect(codeOf(await logInBy(device, PASSWORD, '203.0.113.51', username, next))).toBe(200);
    });

    it('does not count the logins of a thief any more after a reset', async () => {
      const busy = await start({ passwordCheck: { points: 2, duration: HOUR }, login: { points: 1, duration: HOUR } });
      await verifyAddress(busy.database, username);
      const codes = [];
      for (let round = 0; round < 4; round += 1) codes.push(codeOf(await logIn(busy, username, PASSWORD)));
      expect(codes).toEqual([200, 200, limited, limited]);
      expect((await logIn(busy, username, PASSWORD)).headers.get('ratelimit-policy')).toContain('passwordCheck');
      const token = (await busy.nest.get(AccountSwitch).resetLink(username)).split('token=')[1]!;
      const newPassword = 'four other words entirely';
      await new Api(busy.url).post('/auth/password/reset', { token, newPassword });
      expect(codeOf(await logIn(busy, username, newPassword))).toBe(200);
    });

    it('ends with a reset, by username and by address, at every address and device', async () => {
      await verifyAddress(app.database, username);
      const device = await knownDevice();
      await attack();
      for (const name of [username, `${username}@example.org`]) {
        for (let round = 0; round < 3; round += 1) await logIn(app, name, 'wrong', '203.0.113.6');
      }
      for (let round = 0; round < 3; round += 1) await logInBy(device, 'wrong', '203.0.113.7');
      const token = (await app.nest.get(AccountSwitch).resetLink(username)).split('token=')[1]!;
      const newPassword = 'four other words entirely';
      expect(codeOf(await new Api(app.url).post('/auth/password/reset', { token, newPassword }))).toBe(204);
      expect(codeOf(await logIn(app, username, newPassword, '203.0.113.6'))).toBe(200);
      expect(codeOf(await logIn(app, `${username}@example.org`, newPassword, '203.0.113.6'))).toBe(200);
      expect(codeOf(await logInBy(device, newPassword, '203.0.113.7'))).toBe(200);
    });

    it('keeps nobody out for good', async () => {
      const brief = await start({ account: { points: 1, duration: 2 } });
      const name = await register(brief);
      expect(codeOf(await logIn(brief, name, 'wrong'))).toBe(wrong);
      const { headers } = await logIn(brief, name, PASSWORD);
      await new Promise((resolve) => setTimeout(resolve, Number(headers.get('retry-after')) * 1_000));
      expect(codeOf(await logIn(brief, name, PASSWORD))).toBe(200);
    });
  });

  describe('of IPv6 addresses', () => {
    const failAt = async (app: TestApp, addresses: string[]) => {
      const codes = [];
      for (const address of addresses)
        codes.push(codeOf(await logIn(app, `nobody-${randomUUID()}`.slice(0, 32), 'x', address)));
      return codes;
    };

    it('counts a /64 as one address, however it is written, and an IPv4 address within IPv6 as itself', async () => {
      const app = await start({ login: { points: 2, duration: HOUR } });
      const oneLine = ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff::2', '2001:db8:1:2:3:4:5:6', '2001:db8:1:3::1'];
      expect(await failAt(app, oneLine)).toEqual([wrong, wrong, limited, wrong]);
      expect(await failAt(app, ['192.0.2.9', '::ffff:192.0.2.9', '::ffff:192.0.2.9'])).toEqual([wrong, wrong, limited]);
    });

    it('gives a /48 ten times the limit of a /64', async () => {
      const app = await start({ login: { points: 1, duration: HOUR } });
      const networks = Array.from({ length: 11 }, (_, index) => `2001:db8:1:${index}::1`);
      expect(await failAt(app, [...networks, '2001:db8:2::1'])).toEqual([
        ...Array<string>(10).fill(wrong),
        limited,
        wrong,
      ]);
    });

    it('counts requests for tokens in the same way', async () => {
      const app = await start({ login: { points: 1, duration: HOUR } }, { oauthPasswordGrant: true });
      const statuses = [];
      for (const address of ['2001:db8::1', '2001:db8::2']) {
        const form = 'grant_type=password&username=nobody&password=x';
        const headers = { 'content-type': 'application/x-www-form-urlencoded', ...from(address) };
        statuses.push((await new Api(app.url).post('/oauth/token', form, headers)).status);
      }
      expect(statuses).toEqual([400, 429]);
    });
  });

  describe('of tokens that are refused', () => {
    const rate = { points: 3, duration: HOUR };
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ unauthenticated: rate });
    });
    const me = (token: string | undefined, address: string) =>
      new Api(app.url, token).request('GET', '/users/me', undefined, from(address)).then(codeOf);
    const session = async () => (await logIn(app, await register(app), PASSWORD)).body.accessToken;
    const several = async (count: number, ask: () => Promise<unknown>) => {
      const codes = [];
      for (let round = 0; round < count; round += 1) codes.push(await ask());
      return codes;
    };
    const no = 'unauthenticated';

    it('counts those without a token and those with a made-up one, and lets the others at the address go on', async () => {
      const token = await session();
      expect(await several(2, () => me(undefined, '203.0.113.1'))).toEqual([no, no]);
      expect(await several(3, () => me('x.y.z', '203.0.113.1'))).toEqual([no, limited, limited]);
      expect(await me(token, '203.0.113.1')).toBe(200);
      expect(await me('x.y.z', '203.0.113.2')).toBe(no);
    });

    it('lets no more through when they come at once, and counts none that succeed at once', async () => {
      const token = await session();
      const asked = await Promise.all(Array.from({ length: 10 }, () => me('x.y.z', '203.0.113.4')));
      expect(asked.sort()).toEqual([...Array<string>(7).fill(limited), ...Array<string>(3).fill(no)]);
      const good = await Promise.all(Array.from({ length: 10 }, () => me(token, '203.0.113.5')));
      expect(good).toEqual(Array(10).fill(200));
      expect(await several(4, () => me('x.y.z', '203.0.113.5'))).toEqual([no, no, no, limited]);
    });

    it('asks the database no more for the token of a session that has ended', async () => {
      const token = await session();
      await new Api(app.url, token).post('/logout');
      const holderOf = jest.spyOn(app.nest.get(AccessTokens), 'holderOf');
      const codes = await several(12, () => me(token, '203.0.113.3'));
      const asked = holderOf.mock.calls.length;
      holderOf.mockRestore();
      expect(codes.slice(-4)).toEqual([limited, limited, limited, limited]);
      expect(asked).toBeLessThanOrEqual(2 * rate.points);
    });

    it('does not count the expired tokens of those who come back', async () => {
      const brief = await start({ unauthenticated: rate }, { accessTokenTtl: 1 });
      const { body } = await logIn(brief, await register(brief), PASSWORD);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const ask = () => new Api(brief.url, body.accessToken).get('/users/me').then(codeOf);
      expect(await several(6, ask)).toEqual(Array(6).fill('token_expired'));
    });
  });

  it('limits guesses at the old password, letters to an address, and registrations of a name', async () => {
    const app = await start({ account: { points: 2, duration: HOUR }, letter: { points: 1, duration: HOUR } });
    const username = await register(app);
    const { body } = await logIn(app, username, PASSWORD);
    const me = new Api(app.url, body.accessToken);
    const change = (oldPassword: string) =>
      me.post('/users/me/password', { oldPassword, newPassword: 'four other words' });
    const codes = [await change('a'), await change('b'), await change(PASSWORD)].map(codeOf);
    expect(codes).toEqual(['wrong_password', 'wrong_password', limited]);
    expect(codeOf(await me.request('DELETE', '/users/me', { password: PASSWORD }))).toBe(limited);
    for (const email of [`${username}@example.org`, 'unknown@example.org']) {
      const ask = () => new Api(app.url).post('/auth/password/forgotten', { email });
      expect([codeOf(await ask()), codeOf(await ask())]).toEqual([204, limited]);
    }
    const again = () => new Api(app.url).post('/register', { username, password: PASSWORD });
    expect([await again(), await again(), await again()].map(codeOf)).toEqual([
      'username_taken',
      'username_taken',
      limited,
    ]);
  });

  it('limits by address the links that are not valid, and not those that are', async () => {
    const app = await start({ reset: { points: 2, duration: HOUR } });
    const username = await register(app);
    await verifyAddress(app.database, username);
    const use = (path: string, body: object) => new Api(app.url).post(path, body, from('192.0.2.9')).then(codeOf);
    const token = (await app.nest.get(AccountSwitch).resetLink(username)).split('token=')[1]!;
    for (let round = 0; round < 4; round += 1) expect(await use('/auth/links/account', { token })).toBe(200);
    for (let round = 0; round < 4; round += 1) {
      expect(await use('/auth/password/reset', { token, newPassword: 'password123' })).toBe('validation_failed');
    }
    expect(await use('/auth/password/reset', { token, newPassword: 'four other words entirely' })).toBe(204);
    const codes = [
      await use('/auth/links/account', { token: 'x' }),
      await use('/auth/email/verify', { token: 'x' }),
      await use('/auth/password/reset', { token: 'x', newPassword: PASSWORD }),
      await use('/auth/links/account', { token: 'x' }),
    ];
    expect(codes).toEqual(['link_invalid', 'link_invalid', limited, limited]);
  });

  it.each<[string, Partial<Record<LimitName, Rate>>, (round: number) => string]>([
    ['session, wherever it is', { sessionRefresh: { points: 2, duration: HOUR } }, (round) => `192.0.2.${round}`],
    ['address', { refresh: { points: 2, duration: HOUR } }, () => '192.0.2.1'],
  ])('limits refreshes by %s', async (_, limits, addressIn) => {
    const app = await start(limits);
    let { refreshToken } = (await logIn(app, await register(app), PASSWORD)).body;
    const codes = [];
    for (let round = 1; round <= 3; round += 1) {
      const headers = from(addressIn(round));
      const answer = await new Api(app.url).post<AuthResult>('/auth/refresh', { refreshToken }, headers);
      refreshToken = answer.body.refreshToken ?? refreshToken;
      codes.push(codeOf(answer));
    }
    expect(codes).toEqual([200, 200, limited]);
  });

  describe('with Redis', () => {
    const limits = { account: { points: 4, duration: HOUR }, login: { points: 1_000, duration: HOUR } };
    let nodes: TestApp[];
    const ready = () =>
      Promise.all(
        nodes.map(async ({ nest }) => {
          const { shared } = nest.get<unknown>(RateLimits) as { shared: { client: { isReady: boolean } } };
          while (!shared.client.isReady) await new Promise((resolve) => setTimeout(resolve, 10));
        }),
      );
    beforeAll(async () => {
      nodes = [await start(limits, { redisUrl: redis.url }), await start(limits, { redisUrl: redis.url })];
      await ready();
    });

    it('counts on all nodes together, also at once', async () => {
      const username = await register(nodes[0]!);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => logIn(nodes[index % 2]!, username, 'wrong')),
      );
      expect(answers.map(codeOf).filter((code) => code === wrong)).toHaveLength(4);
      expect(codeOf(await logIn(nodes[1]!, username, PASSWORD))).toBe(limited);
    });

    it('gives back on all nodes what turned out right', async () => {
      const username = await register(nodes[0]!);
      for (let round = 0; round < 10; round += 1) {
        expect(codeOf(await logIn(nodes[round % 2]!, username, PASSWORD))).toBe(200);
      }
    });

    it('goes by the count of each node while Redis hangs or is gone, and nobody waits for it', async () => {
      const username = await register(nodes[0]!);
      redis.pause();
      const began = Date.now();
      const codes = [];
      for (let round = 0; round < 5; round += 1) codes.push(codeOf(await logIn(nodes[0]!, username, 'wrong')));
      expect(codes).toEqual([wrong, wrong, wrong, wrong, limited]);
      expect(Date.now() - began).toBeLessThan(3_000);
      redis.goOn();
      await redis.kill();
      const other = await register(nodes[1]!);
      expect(codeOf(await logIn(nodes[1]!, other, PASSWORD))).toBe(200);
      await redis.startAgain();
      await ready();
      expect(codeOf(await logIn(nodes[0]!, username, 'wrong'))).toBe(limited);
    });
  });
});
