import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RateLimits } from '../../src/auth/rate-limits/rate-limits.js';
import { SlidingWindow } from '../../src/auth/rate-limits/sliding-window.js';
import type { AuthResult } from '../../src/changes/contract.js';
import { Config, type LimitName, type Rate } from '../../src/config/config.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
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

  it('counts wrong passwords of an account from all addresses together, and says which limit it is', async () => {
    const app = await start({ account: { points: 3, duration: HOUR } });
    const username = await register(app);
    for (let host = 1; host <= 3; host += 1) {
      expect(codeOf(await logIn(app, username, 'wrong', `192.0.2.${host}`))).toBe(wrong);
    }
    const refused = await logIn(app, username, PASSWORD, '192.0.2.4');
    expect(codeOf(refused)).toBe(limited);
    expect(refused.headers.get('ratelimit-policy')).toBe(`"account";q=3;w=${HOUR}`);
    expect(refused.headers.get('ratelimit')).toBe(`"account";r=0;t=${refused.headers.get('retry-after')}`);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(HOUR - 120);
  });

  it('lets no more guesses through when they come at once', async () => {
    const app = await start({ account: { points: 3, duration: HOUR } });
    const username = await register(app);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => logIn(app, username, 'wrong', `192.0.2.${index}`)),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array<string>(3).fill(wrong), ...Array<string>(7).fill(limited)]);
  });

  it('answers the same for an account that is not there', async () => {
    const app = await start({ account: { points: 2, duration: HOUR } });
    const username = `nobody-${randomUUID().slice(0, 8)}`;
    const codes = [];
    for (let host = 1; host <= 3; host += 1) codes.push(codeOf(await logIn(app, username, 'x', `192.0.2.${host}`)));
    expect(codes).toEqual([wrong, wrong, limited]);
  });

  it('does not count logins that succeed', async () => {
    const app = await start({ account: { points: 2, duration: HOUR } });
    const username = await register(app);
    for (let round = 0; round < 5; round += 1) expect(codeOf(await logIn(app, username, PASSWORD))).toBe(200);
  });

  it('does not keep the owner out where they are logged in already, and nobody for good', async () => {
    const app = await start({ account: { points: 1, duration: 2 } });
    const username = await register(app);
    expect(codeOf(await logIn(app, username, PASSWORD, '198.51.100.7'))).toBe(200);
    expect(codeOf(await logIn(app, username, 'wrong', '192.0.2.1'))).toBe(wrong);
    expect(codeOf(await logIn(app, username, PASSWORD, '192.0.2.2'))).toBe(limited);
    expect(codeOf(await logIn(app, username, PASSWORD, '198.51.100.7'))).toBe(200);
    const { headers } = await logIn(app, username, PASSWORD, '192.0.2.2');
    const seconds = Number(headers.get('retry-after'));
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    expect(codeOf(await logIn(app, username, PASSWORD, '192.0.2.2'))).toBe(200);
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

  it('limits the use of links by address, and refreshes by session and by address', async () => {
    const app = await start({ reset: { points: 2, duration: HOUR }, refresh: { points: 2, duration: HOUR } });
    const reset = () =>
      new Api(app.url).post('/auth/password/reset', { token: 'x', newPassword: PASSWORD }, from('192.0.2.9'));
    expect([await reset(), await reset(), await reset()].map(codeOf)).toEqual([
      'link_invalid',
      'link_invalid',
      limited,
    ]);
    const { body } = await logIn(app, await register(app), PASSWORD);
    let { refreshToken } = body;
    const refresh = async (address: string) => {
      const answer = await new Api(app.url).post<AuthResult>('/auth/refresh', { refreshToken }, from(address));
      refreshToken = answer.body.refreshToken ?? refreshToken;
      return codeOf(answer);
    };
    expect([await refresh('192.0.2.1'), await refresh('192.0.2.2'), await refresh('192.0.2.3')]).toEqual([
      200,
      200,
      limited,
    ]);
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
        Array.from({ length: 12 }, (_, index) => logIn(nodes[index % 2]!, username, 'wrong', `192.0.2.${index}`)),
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
