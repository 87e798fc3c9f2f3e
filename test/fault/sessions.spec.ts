import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuthResult } from '../../src/changes/contract.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { PASSWORD, Person } from '../support/person.js';
import { RedisProcess } from '../support/redis.js';

/** Within which a session that ended has no connection left, in milliseconds; the sweep alone would take up to two. */
const AT_ONCE = 1_000;
/** As often, so that the sweep can not have been it each time. */
const ROUNDS = 8;

describe('A session with connections to two nodes', () => {
  let redis: RedisProcess;
  let one: TestApp;
  let two: TestApp;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    one = await startApp({ redisUrl: redis.url });
    two = await startApp({ redisUrl: redis.url }, one.database);
  });
  afterAll(async () => {
    await two.close();
    await one.close();
    await redis.kill();
  });

  /** One more session of the person, connected to both nodes. */
  async function enter(person: Person): Promise<{ login: AuthResult; clients: ChatClient[] }> {
    const credentials = { username: person.user.username, password: PASSWORD };
    const { body: login } = await new Api(one.url).post<AuthResult>('/login', credentials);
    const auth = { token: login.accessToken };
    return { login, clients: await Promise.all([one, two].map(({ url }) => ChatClient.connect(url, { auth }))) };
  }

  /** Presents a token again, once its successor was used and so had arrived. */
  async function useTwice(refreshToken: string): Promise<void> {
    const refresh = (token: string) => new Api(one.url).post<AuthResult>('/auth/refresh', { refreshToken: token });
    const { body } = await refresh(refreshToken);
    await refresh(body.refreshToken!);
    expect((await refresh(refreshToken)).status).toBe(401);
  }

  async function untilClosed(clients: ChatClient[]): Promise<void> {
    for (const client of clients) {
      expect((await client.next('closing')).code).toBe('session_ended');
      await client.until(() => !client.connected, 'the end of the connection');
    }
  }

  it.each<[string, (login: AuthResult) => Promise<unknown>]>([
    ['it is ended', ({ accessToken }) => new Api(one.url, accessToken).post('/logout')],
    ['a token of it is used twice', ({ refreshToken }) => useTwice(refreshToken!)],
  ])('loses them all within a second when %s', async (_, end) => {
    const ann = await Person.register(one.url, 'ann');
    const mine = await ann.at(two.url).connect();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { login, clients } = await enter(ann);
      const began = performance.now();
      await end(login);
      await untilClosed(clients);
      expect(performance.now() - began).toBeLessThan(AT_ONCE);
    }
    expect(mine.connected).toBe(true);
    ann.leave();
  });

  it('loses them while Redis is away, by the sweep', async () => {
    const ann = await Person.register(one.url, 'ann');
    const { login, clients } = await enter(ann);
    await redis.kill();
    expect((await new Api(one.url, login.accessToken).post('/logout')).status).toBe(204);
    await untilClosed(clients);
    await redis.startAgain();
  });
});
