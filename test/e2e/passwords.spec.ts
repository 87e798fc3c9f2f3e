import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthResult } from '../../src/changes/contract.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { PASSWORD } from '../support/person.js';

const NEW = 'four other words entirely';
const PUBLIC_URL = 'https://chat.example.org';
type Login = AuthResult & { refreshToken: string };

describe('Passwords', () => {
  let app: TestApp;
  let mailbox: Mailbox;
  let nobody: Api;
  let username: string;
  let email: string;
  let first: Login;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await startApp({ smtpUrl: mailbox.url, mailFrom: 'Chat <chat@example.org>', publicUrl: PUBLIC_URL });
    nobody = new Api(app.url);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });
  beforeEach(async () => {
    username = `user-${randomUUID().slice(0, 13)}`;
    email = `${username}@example.org`;
    ({ body: first } = await nobody.post<Login>('/register', { username, password: PASSWORD, email }));
    await mailbox.confirm(email, app.url);
  });

  const me = ({ accessToken }: AuthResult) => new Api(app.url, accessToken);
  const logIn = (password = PASSWORD) => nobody.post<Login>('/login', { username, password });
  const connect = ({ accessToken }: AuthResult) => ChatClient.connect(app.url, { auth: { token: accessToken } });
  const codeOf = ({ status, body }: Answer<unknown>) => [status, (body as { code?: string }).code];
  const isOver = async (login: AuthResult) =>
    expect(codeOf(await me(login).get('/users/me'))).toEqual([401, 'session_ended']);
  const forgotten = (address = email) => nobody.post('/auth/password/forgotten', { email: address });
  const reset = (token: string, newPassword = NEW) => nobody.post('/auth/password/reset', { token, newPassword });
  /** The token of a link to choose a new password, asked for and come by mail. */
  const resetToken = async () => {
    await forgotten();
    return tokenIn(await mailbox.take(email));
  };

  describe('A change', () => {
    const change = (oldPassword: string | undefined, login: AuthResult = first) =>
      me(login).post('/users/me/password', { oldPassword, newPassword: NEW });

    it('takes the old password, ends the other sessions with their connections, and leaves this one', async () => {
      const { body: second } = await logIn();
      const [mine, other] = [await connect(first), await connect(second)];
      expect((await change(PASSWORD)).status).toBe(204);
      expect((await other.next('closing')).code).toBe('session_ended');
      await isOver(second);
      expect((await me(first).get('/users/me')).status).toBe(200);
      expect(mine.connected).toBe(true);
      mine.close();
      expect(codeOf(await logIn(PASSWORD))).toEqual([401, 'invalid_credentials']);
      expect((await logIn(NEW)).status).toBe(200);
    });

    it.each([
      ['a wrong one', 'not the password'],
      ['none', undefined],
    ])('with %s is refused', async (_, oldPassword) => {
      const { body: second } = await logIn();
      expect(codeOf(await change(oldPassword))).toEqual([403, 'wrong_password']);
      expect((await me(second).get('/users/me')).status).toBe(200);
      expect((await logIn()).status).toBe(200);
    });

    it('to a password that is made of my name is refused, at a change and at a reset', async () => {
      const newPassword = `${first.user.username}!`;
      const changed = await me(first).post('/users/me/password', { oldPassword: PASSWORD, newPassword });
      const token = await resetToken();
      for (const { body } of [changed, await reset(token, newPassword)]) {
        expect([body.code, body.errors?.[0]?.field]).toEqual(['validation_failed', 'newPassword']);
      }
      expect(codeOf(await reset(token, NEW))).toEqual([204, undefined]);
    });

    it('to a common password, or by nobody, is refused', async () => {
      const common = await me(first).post('/users/me/password', { oldPassword: PASSWORD, newPassword: 'password123' });
      expect([common.body.code, common.body.errors?.[0]?.field]).toEqual(['validation_failed', 'newPassword']);
      const body = { oldPassword: PASSWORD, newPassword: NEW };
      expect(codeOf(await nobody.post('/users/me/password', body))).toEqual([401, 'unauthenticated']);
    });

    it('by two at once succeeds once', async () => {
      const answers = await Promise.all([change(PASSWORD), change(PASSWORD)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
    });

    it('ends the links that were sent before', async () => {
      const token = await resetToken();
      await change(PASSWORD);
      expect(codeOf(await reset(token, 'yet another one of them'))).toEqual([400, 'link_invalid']);
    });

    it('leaves no session that a login with the old password began at the same time', async () => {
      const logins = Array.from({ length: 6 }, () => logIn());
      const changed = change(PASSWORD);
      const begun = (await Promise.all(logins)).filter(({ status }) => status === 200);
      expect((await changed).status).toBe(204);
      for (const { body } of begun) await isOver(body);
    });

    it('without a password needs a login of the last ten minutes, and sets one', async () => {
      await app.database.query('UPDATE users SET password_hash = NULL WHERE id = $1', [first.user.id]);
      await app.database.query(`UPDATE sessions SET created_at = now() - interval '11 minutes' WHERE user_id = $1`, [
        first.user.id,
      ]);
      expect(codeOf(await change(undefined))).toEqual([403, 'login_needed']);
      await app.database.query('UPDATE sessions SET created_at = now() WHERE user_id = $1', [first.user.id]);
      expect((await change(undefined)).status).toBe(204);
      expect((await logIn(NEW)).status).toBe(200);
    });
  });

  describe('A forgotten one', () => {
    it('is replaced by a link that was sent, which ends all sessions and closes their connections', async () => {
      const token = await resetToken();
      const client = await connect(first);
      expect((await reset(token)).status).toBe(204);
      expect((await client.next('closing')).code).toBe('session_ended');
      await isOver(first);
      expect(codeOf(await nobody.post('/auth/refresh', { refreshToken: first.refreshToken }))).toEqual([
        401,
        'session_ended',
      ]);
      expect(codeOf(await logIn(PASSWORD))).toEqual([401, 'invalid_credentials']);
      expect((await logIn(NEW)).status).toBe(200);
    });

    it('comes with a letter whose link goes to the page', async () => {
      await forgotten(email.toUpperCase());
      const letter = await mailbox.take(email);
      expect(letter.subject).toBe('Choose a new password');
      expect(letter.text).toMatch(/https:\/\/chat\.example\.org\/#\/reset\?token=[\w-]{43}\r?\n/);
    });

    it('answers the same whether or not the address is known, and waits for no letter', async () => {
      const release = mailbox.hold();
      const [known, unknown] = [await forgotten(), await forgotten('nobody@example.org')];
      expect([known.status, known.body]).toEqual([204, '']);
      expect([unknown.status, unknown.body]).toEqual([204, '']);
      const names = ({ headers }: Answer<unknown>) => [...headers.keys()].sort();
      expect(names(known)).toEqual(names(unknown));
      release();
      await mailbox.take(email);
      expect(mailbox.letters.filter(({ to }) => to === 'nobody@example.org')).toEqual([]);
    });

    it('is replaced once by a link, however many use it at once', async () => {
      const token = await resetToken();
      const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => reset(token, `${NEW} ${index}`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400, 400, 400]);
      expect(codeOf(await reset(token))).toEqual([400, 'link_invalid']);
    });

    it('is replaced once by two links that are used at once: the other is void', async () => {
      const tokens = [await resetToken()];
      await forgotten();
      tokens.push(tokenIn(await mailbox.take(email)));
      const answers = await Promise.all(tokens.map((token, index) => reset(token, `${NEW} ${index}`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
    });

    it('is not replaced an hour later', async () => {
      const token = await resetToken();
      const [row] = await app.database.query<{ minutes: number }>(
        `UPDATE one_time_tokens SET expires_at = now() WHERE user_id = $1
         RETURNING extract(epoch FROM (expires_at - created_at)) / 60 AS minutes`,
        [first.user.id],
      );
      expect(row).toBeDefined();
      expect(codeOf(await reset(token))).toEqual([400, 'link_invalid']);
      expect((await logIn()).status).toBe(200);
    });

    it('is not replaced once the address is another', async () => {
      const token = await resetToken();
      await me(first).patch('/users/me', { email: `other-${email}`, currentPassword: PASSWORD });
      await mailbox.confirm(`other-${email}`, app.url);
      expect(codeOf(await reset(token))).toEqual([400, 'link_invalid']);
    });

    it.each(['x', 'a'.repeat(43), '%00', 'ü'])('is not replaced by a token that was made up: %s', async (token) => {
      expect(codeOf(await reset(token))).toEqual([400, 'link_invalid']);
    });

    it('keeps the link when the new one is refused', async () => {
      const token = await resetToken();
      expect(codeOf(await reset(token, 'password123'))).toEqual([400, 'validation_failed']);
      expect((await reset(token)).status).toBe(204);
    });

    it('has three links at most, the last ones', async () => {
      const tokens = [await resetToken()];
      for (let count = 0; count < 3; count += 1) {
        await forgotten();
        tokens.push(tokenIn(await mailbox.take(email)));
      }
      expect(codeOf(await reset(tokens[0]!))).toEqual([400, 'link_invalid']);
      expect((await reset(tokens[1]!)).status).toBe(204);
    });

    it('stores nothing that opens the account', async () => {
      const token = await resetToken();
      const [row] = await app.database.query<{ hash: Buffer }>('SELECT hash FROM one_time_tokens WHERE user_id = $1', [
        first.user.id,
      ]);
      expect(row!.hash).toHaveLength(32);
      for (const stored of [row!.hash.toString('base64url'), row!.hash.toString('hex')]) {
        expect(stored).not.toBe(token);
        expect(codeOf(await reset(stored))).toEqual([400, 'link_invalid']);
      }
    });
  });

  it('without a mail server answer the same, and nothing is sent', async () => {
    const plain = await startApp({}, app.database);
    expect((await new Api(plain.url).post('/auth/password/forgotten', { email })).status).toBe(204);
    await plain.close();
    expect(
      await app.database.query(`SELECT FROM one_time_tokens WHERE user_id = $1 AND purpose = 'reset'`, [first.user.id]),
    ).toEqual([]);
  });

  it('are still told of the mail server that is away, without an error for who asked', async () => {
    const away = await startApp({ smtpUrl: 'smtp://127.0.0.1:1', mailFrom: 'a@b.c' }, app.database);
    expect((await new Api(away.url).post('/auth/password/forgotten', { email })).status).toBe(204);
    expect((await new Api(away.url).get('/health/live')).status).toBe(200);
    await away.close();
  });
});
