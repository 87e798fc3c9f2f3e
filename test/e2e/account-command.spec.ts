import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from '../support/api.js';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.js';
import { PASSWORD, Person } from '../support/person.js';
import { RedisProcess } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';

const COMMAND = join(import.meta.dirname, '..', '..', 'dist', 'src', 'account.js');
const PUBLIC_URL = 'https://chat.example.org';

interface Outcome {
  code: number;
  output: string;
  error: string;
}

/** Runs the built command as `npm run account` does. */
const account = (environment: Record<string, string>, ...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, JWT_SECRET: TEST_SECRET, ...environment };
    execFile(process.execPath, [COMMAND, ...args], { env, cwd: tmpdir() }, (failure, output, error) => {
      resolve({ code: failure ? Number(failure.code) : 0, output: output.trim(), error: error.trim() });
    });
  });

describe('The command for accounts', () => {
  let app: TestApp;
  let redis: RedisProcess;
  let environment: Record<string, string>;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    app = await startApp({ redisUrl: redis.url });
    environment = { DATABASE_URL: app.database.url, REDIS_URL: redis.url, PUBLIC_URL };
  });
  afterAll(async () => {
    await app.close();
    await redis.kill();
  });

  const login = ({ user }: Person, password = PASSWORD) =>
    new Api(app.url).post('/login', { username: user.username, password });

  it('keeps a user out, whose connections are closed at once, and lets them in again', async () => {
    const ann = await Person.register(app.url, 'ann');
    const client = await ann.connect();
    const done = account(environment, 'deactivate', ann.user.username);
    expect((await client.next('closing')).code).toBe('session_ended');
    expect(await done).toMatchObject({ code: 0, output: `${ann.user.username} is deactivated.` });
    expect((await login(ann)).body).toMatchObject({ status: 403, code: 'account_deactivated' });
    expect((await login(ann, 'wrong')).body).toMatchObject({ status: 401, code: 'invalid_credentials' });
    expect((await ann.api.get('/users/me')).status).toBe(401);
    expect(await account(environment, 'activate', ann.user.username)).toMatchObject({ code: 0 });
    expect((await login(ann)).status).toBe(200);
  });

  it('prints a link by which a new password is chosen, also for who has no address', async () => {
    const bob = await Person.register(app.url, 'bob');
    const { code, output } = await account(environment, 'reset-link', bob.user.username);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^https:\/\/chat\.example\.org\/#\/reset\?token=[\w-]{43}$/),
    ]);
    const body = { token: output.split('token=')[1], newPassword: 'four other words entirely' };
    expect((await new Api(app.url).post('/auth/password/reset', body)).status).toBe(204);
    expect((await login(bob, body.newPassword)).status).toBe(200);
  });

  it('prints a link by which an address is confirmed, where there is no mail server', async () => {
    const bob = await Person.register(app.url, 'bob');
    const email = `${bob.user.username}@example.org`;
    const none = await account(environment, 'verify-link', bob.user.username);
    expect(none).toEqual({ code: 1, output: '', error: `No email address of ${bob.user.username} waits for a link.` });
    await bob.api.patch('/users/me', { email, currentPassword: PASSWORD });
    const { code, output } = await account(environment, 'verify-link', bob.user.username);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^https:\/\/chat\.example\.org\/#\/verify\?token=[\w-]{43}$/),
    ]);
    const answer = await new Api(app.url).post('/auth/email/verify', { token: output.split('token=')[1] });
    expect(answer.status).toBe(204);
    expect((await bob.api.get('/users/me')).body).toMatchObject({ email, emailVerified: true });
  });

  it('makes void the links of whom it keeps out', async () => {
    const ann = await Person.register(app.url, 'ann');
    const { output } = await account(environment, 'reset-link', ann.user.username);
    await account(environment, 'deactivate', ann.user.username);
    await account(environment, 'activate', ann.user.username);
    const body = { token: output.split('token=')[1], newPassword: 'four other words entirely' };
    expect((await new Api(app.url).post('/auth/password/reset', body)).body).toMatchObject({ code: 'link_invalid' });
    expect((await login(ann)).status).toBe(200);
  });

  it('prints a link by which one person makes an account, where the settings ask for one', async () => {
    const invited = await startApp({ registration: 'invited' }, app.database);
    const { code, output } = await account({ ...environment, REGISTRATION: 'invited' }, 'invite');
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^https:\/\/chat\.example\.org\/#\/register\?invite=[\w-]{43}$/),
    ]);
    const body = { username: `invited-${process.pid}`, password: PASSWORD, invite: output.split('invite=')[1] };
    expect((await new Api(invited.url).post('/register', body)).status).toBe(201);
    await invited.close();
    expect(await account(environment, 'invite')).toMatchObject({
      code: 1,
      error: 'REGISTRATION is open: a registration link needs "invited".',
    });
  });

  it('finds a user however the name is written, and nobody who is gone', async () => {
    const ann = await Person.register(app.url, 'ann');
    const bob = await Person.register(app.url, 'bob');
    expect(await account(environment, 'activate', ann.user.username.toUpperCase())).toMatchObject({ code: 0 });
    await bob.api.request('DELETE', '/users/me', { password: PASSWORD });
    expect(await account(environment, 'deactivate', `deleted-${bob.id}`)).toMatchObject({ code: 1, output: '' });
  });

  it('says what is wrong', async () => {
    expect(await account(environment, 'deactivate', 'nobody')).toEqual({
      code: 1,
      output: '',
      error: 'There is no user nobody.',
    });
    for (const args of [
      [],
      ['erase', 'ann'],
      ['deactivate'],
      ['activate', 'a', 'b'],
      ['invite', 'ann'],
      ['activate', ''],
    ]) {
      expect(await account(environment, ...args)).toMatchObject({
        code: 2,
        error: expect.stringContaining('reset-link'),
      });
    }
  });

  it('works beside a server on its embedded database, which finds the end of the sessions, and without one', async () => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'messendger-account-'));
    const server = await ServerProcess.start({ DATA_DIR });
    try {
      const ann = await Person.register(server.url, 'ann');
      const client = await ann.connect();
      expect(await account({ DATA_DIR }, 'deactivate', ann.user.username)).toMatchObject({ code: 0 });
      expect((await client.next('closing')).code).toBe('session_ended');
      expect((await new Api(server.url).get('/health/ready')).status).toBe(200);
      await server.stop();
      expect(await account({ DATA_DIR }, 'activate', ann.user.username)).toMatchObject({ code: 0 });
    } finally {
      await server.stop();
      await rm(DATA_DIR, { recursive: true, force: true });
    }
  });
});
