import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AuthResult } from '../../src/changes/contract.js';
import { Config } from '../../src/config/config.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { PASSWORD } from '../support/person.js';

const COOKIE = { 'session-transport': 'cookie' };
/** More than may wait. */
const ATTACKERS = 300;
/** Passwords of strangers that are checked before an answer: fewer than wait. */
const MAX_WAITED_FOR = 60;

/** Checking a password costs 30 ms of a core and 19 MB. What is measured is the order of the answers, not their time. */
describe('A flood of logins', () => {
  let app: TestApp;
  let username: string;
  let device: string;

  beforeAll(async () => {
    const limits = { ...new Config().limits, register: { points: 1_000, duration: 3_600 } };
    app = await startApp({ rateLimits: true, trustProxy: 1, limits });
  });
  beforeEach(async () => {
    username = `user-${randomUUID().slice(0, 13)}`;
    const registered = await new Api(app.url).post<AuthResult>('/register', { username, password: PASSWORD }, COOKIE);
    device = registered.headers.getSetCookie().find((cookie) => cookie.startsWith('messendger-device='))!;
  });
  afterAll(() => app.close());

  /** Each at an account of its own, so that the limit of an account stops none. */
  const guess = (address: string) =>
    new Api(app.url).post(
      '/login',
      { username: `nobody at ${address}`, password: 'x' },
      { 'x-forwarded-for': address },
    );

  it('from one IPv6 network is refused after the limit of one address', async () => {
    const codes = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => (await guess(`2001:db8:1:2::${index + 1}`)).body.code),
    );
    const { points } = new Config().limits.login;
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(60 - points);
  });

  it('from many addresses delays neither files nor the owner of an account on a known device', async () => {
    let checked = 0;
    let firstRefused!: () => void;
    const queueIsFull = new Promise<void>((resolve) => (firstRefused = resolve));
    const flood = Array.from({ length: ATTACKERS }, async (_, index) => {
      const { status, headers, body } = await guess(`10.0.${Math.floor(index / 200)}.${(index % 200) + 1}`);
      if (status === 401) checked += 1;
      if (status === 503) firstRefused();
      return { code: body.code, retryAfter: headers.get('retry-after') };
    });
    await queueIsFull;
    const begun = checked;
    const file = fetch(`${app.url}/docs/swagger-ui.css`).then(async (response) => {
      await response.arrayBuffer();
      return { status: response.status, waitedFor: checked - begun };
    });
    const owner = new Api(app.url)
      .post('/login', { username, password: PASSWORD }, { ...COOKIE, cookie: device.split(';')[0]! })
      .then(({ status }) => ({ status, waitedFor: checked - begun }));
    const [fileAnswer, ownerAnswer, answers] = [await file, await owner, await Promise.all(flood)];
    expect([fileAnswer.status, ownerAnswer.status]).toEqual([200, 200]);
    expect(fileAnswer.waitedFor).toBeLessThan(MAX_WAITED_FOR);
    expect(ownerAnswer.waitedFor).toBeLessThan(MAX_WAITED_FOR);
    const busy = answers.filter(({ code }) => code === 'unavailable');
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]).toEqual({ code: 'unavailable', retryAfter: '2' });
  });
});
