import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthResult, OwnUser } from '../../src/changes/contract.js';
import { type Answer, Api } from '../support/api.js';
import { Config } from '../../src/config/config.js';
import { startApp, type TestApp } from '../support/app.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { PASSWORD } from '../support/person.js';

const PUBLIC_URL = 'https://chat.example.org';
const NEW = 'four other words entirely';

describe('An email address', () => {
  let app: TestApp;
  let mailbox: Mailbox;
  let nobody: Api;
  let username: string;
  let email: string;
  let first: AuthResult;

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
    first = await register({ email });
  });

  const register = async (more: object, name = username) =>
    (await nobody.post<AuthResult>('/register', { username: name, password: PASSWORD, ...more })).body;
  const registerOther = (more: object) => register(more, `user-${randomUUID().slice(0, 13)}`);
  const me = ({ accessToken }: AuthResult) => new Api(app.url, accessToken);
  const own = async (login = first) => (await me(login).get<OwnUser>('/users/me')).body;
  const logIn = (name: string) => nobody.post<AuthResult>('/login', { username: name, password: PASSWORD });
  const codeOf = ({ status, body }: Answer<unknown>) => [status, (body as { code?: string }).code];
  const verify = (token: string) => nobody.post('/auth/email/verify', { token });
  const change = (address: string | null, login = first, more: object = { currentPassword: PASSWORD }) =>
    me(login).patch<OwnUser>('/users/me', { email: address, ...more });
  const lettersTo = (address: string) => mailbox.letters.filter(({ to }) => to === address);
  /** Letters are sent in the order in which they were caused: once this one is there, none before it is missing. */
  const untilSent = async () => {
    const address = `probe-${randomUUID()}@example.org`;
    await registerOther({ email: address });
    await mailbox.take(address);
    await registerOther({ email: `second-${address}` });
    await mailbox.take(`second-${address}`);
  };

  describe('that was typed at the registration', () => {
    it('waits until the link that was sent there is used once', async () => {
      expect(first.user).toMatchObject({ email: null, emailVerified: false, pendingEmail: email });
      const letter = await mailbox.take(email);
      expect(letter.text).toContain(`${PUBLIC_URL}/#/verify?token=`);
      expect((await verify(tokenIn(letter))).status).toBe(204);
      expect(await own()).toMatchObject({ email, emailVerified: true, pendingEmail: null });
      expect(codeOf(await verify(tokenIn(letter)))).toEqual([400, 'link_invalid']);
    });

    it('opens nothing and gets no reset link until then', async () => {
      await mailbox.take(email);
      expect(codeOf(await logIn(email))).toEqual([401, 'invalid_credentials']);
      await nobody.post('/auth/password/forgotten', { email });
      await untilSent();
      expect(lettersTo(email)).toEqual([]);
    });

    it('reserves nothing: whoever has the mailbox gets it, and the others a clear refusal', async () => {
      const early = tokenIn(await mailbox.take(email));
      const owner = await registerOther({ email });
      await mailbox.confirm(email, app.url);
      expect(await own(owner)).toMatchObject({ email, pendingEmail: null });
      expect(codeOf(await verify(early))).toEqual([409, 'email_taken']);
      expect(await own()).toMatchObject({ email: null, pendingEmail: email });
    });

    it('is not told to be taken, but its owner is', async () => {
      await mailbox.confirm(email, app.url);
      const answers = await Promise.all(
        [email, `free-${email}`].map((address, index) =>
          nobody.post<AuthResult>('/register', {
            username: `${username}-${index}`,
            password: PASSWORD,
            email: address,
          }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      const shapes = answers.map(({ body }) => Object.keys(body).concat(Object.keys(body.user)));
      expect(shapes[0]).toEqual(shapes[1]);
      const letter = await mailbox.take(email);
      expect(letter.subject).toBe('You have an account already');
      expect(letter.text).toContain(`@${username}`);
      expect(letter.text).not.toContain('token=');
    });

    it('gets a letter in which nothing is chosen by who registered', async () => {
      const address = `victim-${email}`;
      const name = 'You won! Claim at https://evil.example/x now';
      await register({ email: address, displayName: name }, `x-${username}`);
      const { text } = await mailbox.take(address);
      expect(text).toContain('Messendger');
      for (const chosen of ['evil.example', 'You won', username]) expect(text).not.toContain(chosen);
    });

    it('can be asked for again, as long as it waits', async () => {
      await mailbox.take(email);
      expect((await me(first).post('/users/me/email/verify')).status).toBe(204);
      await mailbox.confirm(email, app.url);
      expect((await me(first).post('/users/me/email/verify')).status).toBe(204);
      await untilSent();
      expect(lettersTo(email)).toEqual([]);
    });

    it('is void a day later, and not kept for ever', async () => {
      const letter = await mailbox.take(email);
      const expire = `UPDATE users SET pending_email_expires_at = now() WHERE id = $1`;
      await app.database.query(expire, [first.user.id]);
      expect(await own()).toMatchObject({ pendingEmail: null });
      expect(codeOf(await verify(tokenIn(letter)))).toEqual([400, 'link_invalid']);
      expect(codeOf(await me(first).post('/users/me/email/verify'))).toEqual([409, 'no_email']);
      await untilSent();
      const stored = await app.database.query('SELECT pending_email FROM users WHERE id = $1', [first.user.id]);
      expect(stored).toEqual([{ pending_email: null }]);
    });

    it('ends the other sessions when it is confirmed, and not the one that typed it', async () => {
      const { body: second } = await logIn(username);
      await mailbox.confirm(email, app.url);
      expect((await me(first).get('/users/me')).status).toBe(200);
      expect(codeOf(await me(second).get('/users/me'))).toEqual([401, 'session_ended']);
    });
  });

  describe('that is changed', () => {
    let address: string;
    beforeEach(async () => {
      await mailbox.confirm(email, app.url);
      address = `new-${email}`;
    });

    it('stays what it was until the new one is confirmed, and is told of both steps', async () => {
      const { body: second } = await logIn(username);
      const { status, body } = await change(address);
      expect([status, body.email, body.pendingEmail]).toEqual([200, email, address]);
      expect((await mailbox.take(email)).subject).toBe('A new email address was entered');
      expect((await logIn(email)).status).toBe(200);
      await mailbox.confirm(address, app.url);
      expect((await mailbox.take(email)).subject).toBe('Your email address was changed');
      expect(await own()).toMatchObject({ email: address, emailVerified: true, pendingEmail: null });
      expect(codeOf(await logIn(email))).toEqual([401, 'invalid_credentials']);
      expect((await logIn(address)).status).toBe(200);
      expect(codeOf(await me(second).get('/users/me'))).toEqual([401, 'session_ended']);
    });

    it('answers the same whether or not the new one has an account', async () => {
      const other = `other-${email}`;
      await registerOther({ email: other });
      await mailbox.confirm(other, app.url);
      const answer = await change(other);
      expect([answer.status, answer.body.pendingEmail]).toEqual([200, other]);
      expect((await mailbox.take(other)).subject).toBe('You have an account already');
      expect(codeOf(await me(first).post('/users/me/email/verify'))).toEqual([204, undefined]);
    });

    it('changes nothing at all where the proof is wrong: neither the address nor the name', async () => {
      const before = await own();
      const refused = await change(address, first, { displayName: 'Renamed', currentPassword: 'wrong' });
      expect(codeOf(refused)).toEqual([403, 'wrong_password']);
      expect(await own()).toEqual(before);
      await untilSent();
      expect([...lettersTo(email), ...lettersTo(address)]).toEqual([]);
    });

    it('needs no proof where it is set to what it is', async () => {
      const { status, body } = await change(email, first, { displayName: 'Somebody' });
      expect([status, body.email, body.displayName]).toEqual([200, email, 'Somebody']);
    });

    it('takes back the request when the verified one is entered again', async () => {
      await change(address);
      const letter = await mailbox.take(address);
      expect((await change(email)).body).toMatchObject({ email, pendingEmail: null });
      expect(codeOf(await verify(tokenIn(letter)))).toEqual([400, 'link_invalid']);
    });

    it('sends a link that is good for the last address alone', async () => {
      await change(address);
      const old = tokenIn(await mailbox.take(address));
      await change(`newer-${email}`);
      expect(codeOf(await verify(old))).toEqual([400, 'link_invalid']);
      await mailbox.confirm(`newer-${email}`, app.url);
      expect((await own()).email).toBe(`newer-${email}`);
    });

    it('goes to one of two accounts that confirm at once', async () => {
      const rival = await registerOther({ email: address });
      const rivalToken = tokenIn(await mailbox.take(address));
      await change(address);
      const ownToken = tokenIn(await mailbox.take(address));
      const answers = await Promise.all([verify(rivalToken), verify(ownToken)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      expect([(await own()).email, (await own(rival)).email].filter((held) => held === address)).toHaveLength(1);
    });

    it('is void once a password is set by a link: an address that a thief entered does not come through', async () => {
      await change(address);
      const letter = await mailbox.take(address);
      expect((await mailbox.take(email)).subject).toBe('A new email address was entered');
      await nobody.post('/auth/password/forgotten', { email });
      const token = tokenIn(await mailbox.take(email));
      expect((await nobody.post('/auth/password/reset', { token, newPassword: NEW })).status).toBe(204);
      expect(codeOf(await verify(tokenIn(letter)))).toEqual([400, 'link_invalid']);
      const { body } = await nobody.post<AuthResult>('/login', { username, password: NEW });
      expect(body.user).toMatchObject({ email, pendingEmail: null });
    });

    it('is removed with its links, and is told', async () => {
      await nobody.post('/auth/password/forgotten', { email });
      const token = tokenIn(await mailbox.take(email));
      expect((await change(null)).body).toMatchObject({ email: null, emailVerified: false });
      expect((await mailbox.take(email)).subject).toBe('Your email address was removed');
      expect(codeOf(await nobody.post('/auth/password/reset', { token, newPassword: NEW }))).toEqual([
        400,
        'link_invalid',
      ]);
      expect(codeOf(await me(first).post('/users/me/email/verify'))).toEqual([409, 'no_email']);
    });
  });

  describe('has links that', () => {
    it('tell the account that they are for, as long as they are good', async () => {
      const token = tokenIn(await mailbox.take(email));
      const ask = () => nobody.post<{ username: string }>('/auth/links/account', { token });
      for (let count = 0; count < 2; count += 1) expect((await ask()).body).toEqual({ username });
      await verify(token);
      expect(codeOf(await ask())).toEqual([400, 'link_invalid']);
      expect(codeOf(await nobody.post('/auth/links/account', { token: 'x' }))).toEqual([400, 'link_invalid']);
    });

    it('are for one purpose each', async () => {
      const verification = tokenIn(await mailbox.take(email));
      const reset = (token: string) => nobody.post('/auth/password/reset', { token, newPassword: NEW });
      expect(codeOf(await reset(verification))).toEqual([400, 'link_invalid']);
      await verify(verification);
      await nobody.post('/auth/password/forgotten', { email });
      expect(codeOf(await verify(tokenIn(await mailbox.take(email))))).toEqual([400, 'link_invalid']);
    });
  });

  it('gets a limited number of letters, whichever way they are caused', async () => {
    const limits = { points: 2, duration: 3_600 };
    const many = { points: 1_000, duration: 60 };
    const settings = { smtpUrl: mailbox.url, mailFrom: 'a@b.c', rateLimits: true };
    const limited = await startApp(
      {
        ...settings,
        limits: { ...new Config().limits, register: many, login: many, letter: limits },
      },
      app.database,
    );
    const target = `target-${email}`;
    const names = [1, 2, 3].map((index) => `${username}-${index}`);
    const people: AuthResult[] = [];
    for (const name of names) {
      const body = { username: name, password: PASSWORD, email: target };
      const answer = await new Api(limited.url).post<AuthResult>('/register', body);
      expect(answer.status).toBe(201);
      people.push(answer.body);
    }
    const again = new Api(limited.url, people[2]!.accessToken);
    expect(codeOf(await again.post('/users/me/email/verify'))).toEqual([429, 'rate_limited']);
    const other = new Api(limited.url, people[0]!.accessToken);
    const changed = await other.patch('/users/me', { email: `x${target}`, currentPassword: PASSWORD });
    expect(changed.status).toBe(200);
    await limited.close();
    expect(lettersTo(target)).toHaveLength(2);
  });
});
