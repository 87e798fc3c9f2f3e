import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Config, type LimitName, type Rate } from '../../src/config/config.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { PASSWORD, Person } from '../support/person.js';

const HOUR = 3_600;

describe('Limits', () => {
  let app: TestApp;

  const start = async (limits: Partial<Record<LimitName, Rate>>, rateLimits = true) => {
    app = await startApp({ rateLimits, limits: { ...new Config().limits, ...limits } });
  };
  afterEach(() => app.close());

  const codes = async (client: ChatClient, count: number) => {
    const answers = await Promise.all(Array.from({ length: count }, () => client.raw('message:delete', {})));
    return answers.map(({ error }) => error?.code);
  };
  const [heard, limited] = ['validation_failed', 'rate_limited'];

  it('on the commands of one connection leave the other connections of the user alone', async () => {
    await start({ connectionCommand: { points: 2, duration: HOUR } });
    const ann = await Person.register(app.url, 'ann');
    const [one, other] = [await ann.connect(), await ann.connect()];
    expect(await codes(one, 3)).toEqual([heard, heard, limited]);
    expect(await codes(other, 3)).toEqual([heard, heard, limited]);
  });

  it('on the commands of a user count all connections of that user, and nobody else', async () => {
    await start({ command: { points: 3, duration: HOUR } });
    const [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
    expect(await codes(await ann.connect(), 2)).toEqual([heard, heard]);
    expect(await codes(await ann.connect(), 2)).toEqual([heard, limited]);
    expect(await codes(await bob.connect(), 1)).toEqual([heard]);
  });

  it('tell a command that came too soon when to try again, and carry it out then', async () => {
    await start({ connectionCommand: { points: 1, duration: 1 } });
    const ann = await Person.register(app.url, 'ann');
    const group = await ann.group();
    const client = await ann.connect();
    const send = () => client.command('message:send', { groupId: group.id, text: 'hi' });
    expect(await send()).toEqual({ data: expect.objectContaining({ seq: 1 }) });
    const { error } = await send();
    expect(error).toMatchObject({ code: limited, status: 429, retryAfter: 1 });
    await new Promise((resolve) => setTimeout(resolve, error!.retryAfter! * 1_000));
    expect(await send()).toEqual({ data: expect.objectContaining({ seq: 2 }) });
  });

  it('on requests are announced, and a request beyond them is told when to try again', async () => {
    await start({ request: { points: 2, duration: HOUR } });
    const ann = await Person.register(app.url, 'ann');
    const { headers } = await ann.api.get('/users/me');
    expect(headers.get('ratelimit-policy')).toBe(`"request";q=2;w=${HOUR}`);
    expect(headers.get('ratelimit')).toMatch(/^"request";r=1;t=3[56]\d\d$/);
    await ann.api.get('/users/me');
    const refused = await ann.api.get('/users/me');
    expect(refused).toMatchObject({ status: 429, body: { code: limited, retryAfter: expect.any(Number) } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(HOUR - 120);
  });

  it('on attempts to log in count those that fail', async () => {
    await start({ login: { points: 2, duration: HOUR } });
    const ann = await Person.register(app.url, 'ann');
    const login = (password: string) => new Api(app.url).post('/login', { username: ann.user.username, password });
    expect(await login('wrong')).toMatchObject({ status: 401 });
    expect(await login('wrong')).toMatchObject({ status: 401 });
    expect(await login(PASSWORD)).toMatchObject({ status: 429, body: { code: limited } });
  });

  it('on readiness there are none, for the database is asked once a second at most', async () => {
    await start({ request: { points: 1, duration: HOUR } });
    const query = jest.spyOn(app.nest.get(DataSource), 'query');
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, () => new Api(app.url).get('/health/ready')));
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    const asked = query.mock.calls.filter(([text]) => text === 'SELECT 1').length;
    query.mockRestore();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(asked).toBeLessThanOrEqual(1 + seconds);
  });

  it('can be lifted', async () => {
    await start({ connectionCommand: { points: 1, duration: HOUR }, request: { points: 1, duration: HOUR } }, false);
    const ann = await Person.register(app.url, 'ann');
    expect(await codes(await ann.connect(), 3)).toEqual([heard, heard, heard]);
    for (const { status, headers } of [await ann.api.get('/users/me'), await ann.api.get('/users/me')]) {
      expect([status, headers.get('ratelimit')]).toEqual([200, null]);
    }
  });
});
