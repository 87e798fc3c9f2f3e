import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuthResult, OwnUser, Page, UserSummary, UserWithPresence } from '../../src/changes/contract.js';
import { requireUnguessable } from '../../src/auth/password-rules.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { Mailbox } from '../support/mailbox.js';
import { PASSWORD, Person } from '../support/person.js';

describe('Accounts', () => {
  let app: TestApp;
  let mailbox: Mailbox;
  let nobody: Api;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await startApp({ smtpUrl: mailbox.url, mailFrom: 'Chat <chat@example.org>' });
    nobody = new Api(app.url);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  describe('Registering', () => {
    it('answers with the user and a token that works', async () => {
      const { status, body } = await nobody.post<AuthResult>('/register', {
        username: 'Ann.Miller',
        password: PASSWORD,
        displayName: 'Ann Miller 🌻',
        email: 'Ann@Example.org',
      });
      expect(status).toBe(201);
      expect(body).toEqual({
        user: {
          id: expect.any(String),
          username: 'ann.miller',
          displayName: 'Ann Miller 🌻',
          email: null,
          emailVerified: false,
          pendingEmail: 'ann@example.org',
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        },
        accessToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: 900,
        refreshToken: expect.any(String),
        sessionExpiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      const me = await new Api(app.url, body.accessToken).get<OwnUser>('/users/me');
      expect(me.body).toEqual(body.user);
    });

    it('takes the username as display name when none is given', async () => {
      const { user } = await Person.register(app.url, 'plain');
      expect(user.displayName).toBe(user.username);
    });

    it('refuses a username that is taken, without regard to case', async () => {
      await nobody.post('/register', { username: 'taken', password: PASSWORD });
      const { status, body } = await nobody.post('/register', { username: 'TAKEN', password: PASSWORD });
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([409, 'username_taken', 'username']);
    });

    it('leaves no account where the session cannot be stored, so that the name can be registered again', async () => {
      await app.database.query('ALTER TABLE sessions ADD CONSTRAINT none CHECK (false) NOT VALID');
      const account = { username: 'half-made', password: PASSWORD };
      expect((await nobody.post('/register', account)).status).toBe(500);
      await app.database.query('ALTER TABLE sessions DROP CONSTRAINT none');
      expect((await nobody.post('/register', account)).status).toBe(201);
    });

    it('makes one account when the same name is registered many times at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => nobody.post('/register', { username: 'race', password: PASSWORD })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    });

    it.each([
      ['too short', 'a1b2c3d', 'password'],
      ['too long', 'x'.repeat(129), 'password'],
    ])('refuses a password that is %s', async (_, password, field) => {
      const { status, body } = await nobody.post('/register', { username: 'pass-word', password });
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, 'validation_failed', field]);
    });

    const [common, similar] = ['it is a very common password', 'it is much like a very common password'];
    const [repeat, own] = ['it repeats itself', 'it is made of your name, your address or the name of this server'];
    it.each([
      ['password123', common],
      ['PASSWORD123', common],
      ['aaaaaaaa', repeat],
      ['00000000', repeat],
      ['a'.repeat(128), repeat],
      ['abcdefgh', 'it is a sequence like abc or 123'],
      ['password1!', similar],
      ['Summer2026!', similar],
      ['12.04.1987', 'it is a date'],
      ['messendger', own],
      ['Messendger2026!', own],
      ['dorothy.vaughan', own],
      ['dvaughan1910', own],
      ['DorothyV.', own],
    ])('refuses the password %s, since %s', async (password, why) => {
      const account = { username: 'dorothy.vaughan', displayName: 'Dorothy V.', email: 'dvaughan1910@example.org' };
      const { status, body } = await nobody.post('/register', { ...account, password });
      expect([status, body.code]).toEqual([400, 'validation_failed']);
      const message = `This password is too common or too easy to guess: ${why}. Choose another one.`;
      expect(body.errors).toEqual([{ field: 'password', message }]);
    });

    it.each(['four plain words here', 'xk7Qp2mz', 'ein langer Satz, den niemand errät', 'x9'.repeat(5) + 'Kq-7 tulip'])(
      'takes the password %s',
      async (password) => {
        const username = `taken-${randomUUID().slice(0, 8)}`;
        expect((await nobody.post('/register', { username, password })).status).toBe(201);
      },
    );

    it('estimates the longest password in bounded time', () => {
      const words = '4@8({[<369&!1|0$5+7%2'.repeat(7).slice(0, 128);
      const time = (password: string) => {
        const began = performance.now();
        try {
          requireUnguessable('password', password, []);
        } catch {
          // Only the time counts.
        }
        return performance.now() - began;
      };
      const fastest = (password: string) => Math.min(...Array.from({ length: 5 }, () => time(password)));
      expect(fastest(words)).toBeLessThan(3 * fastest(words.slice(0, 32)) + 5);
    });

    it.each(['ab', 'a'.repeat(33), 'with space', 'ünicode', 'a/b', ''])(
      'refuses the username "%s"',
      async (username) => {
        const { body } = await nobody.post('/register', { username, password: PASSWORD });
        expect([body.code, body.errors?.[0]?.field]).toEqual(['validation_failed', 'username']);
      },
    );

    it('never stores a password as it is, but as Argon2id with OWASP parameters', async () => {
      const { id } = await Person.register(app.url, 'hashed');
      const [row] = await app.database.query<{ hash: string }>(
        'SELECT password_hash AS hash FROM users WHERE id = $1',
        [id],
      );
      expect(row!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    });
  });

  describe('Logging in', () => {
    it('takes the username in any case, or the email address', async () => {
      await nobody.post('/register', { username: 'login', password: PASSWORD, email: 'login@example.org' });
      await mailbox.confirm('login@example.org', app.url);
      for (const username of ['login', 'LOGIN', ' login ', 'Login@Example.org']) {
        const { status, body } = await nobody.post<AuthResult>('/login', { username, password: PASSWORD });
        expect([status, body.user.username]).toEqual([200, 'login']);
      }
    });

    it('gives the same answer for a wrong password and for a user who does not exist', async () => {
      await nobody.post('/register', { username: 'exists', password: PASSWORD });
      const wrong = await nobody.post('/login', { username: 'exists', password: 'wrong password' });
      const unknown = await nobody.post('/login', { username: 'does-not-exist', password: 'wrong password' });
      expect(wrong.status).toBe(401);
      expect(wrong.body.code).toBe('invalid_credentials');
      expect(unknown.body).toEqual(wrong.body);
    });

    it('takes the same time whether or not the user exists', async () => {
      await nobody.post('/register', { username: 'timing', password: PASSWORD });
      const time = async (username: string) => {
        const began = performance.now();
        await nobody.post('/login', { username, password: 'wrong password' });
        return performance.now() - began;
      };
      const known: number[] = [];
      const unknown: number[] = [];
      for (let round = 0; round < 15; round += 1) {
        known.push(await time('timing'));
        unknown.push(await time('nobody-there'));
      }
      // A login that skipped the hash would be several times faster.
      expect(median(unknown) / median(known)).toBeGreaterThan(0.5);
    });
  });

  describe('Users', () => {
    it('change their display name without a password, and with an address in one step', async () => {
      const { api } = await Person.register(app.url, 'change');
      expect((await api.patch<OwnUser>('/users/me', { displayName: ' New Name ' })).body.displayName).toBe('New Name');
      const body = { displayName: 'Newer Name', email: 'change@example.org', currentPassword: PASSWORD };
      const changed = await api.patch<OwnUser>('/users/me', body);
      expect(changed.body).toMatchObject({
        displayName: 'Newer Name',
        email: null,
        pendingEmail: 'change@example.org',
      });
    });

    it('do not take a name with control characters', async () => {
      const { api } = await Person.register(app.url, 'change');
      expect((await api.patch('/users/me', { displayName: 'a\u0007b' })).body.errors?.[0]?.field).toBe('displayName');
    });

    it('are shown to others without their address', async () => {
      const ann = await Person.register(app.url, 'seen');
      const bob = await Person.register(app.url, 'sees');
      const { body } = await bob.api.get<UserWithPresence>(`/users/${ann.id}`);
      const shown = { id: ann.id, username: ann.user.username, displayName: ann.user.displayName };
      expect(body).toEqual({ ...shown, status: null, lastSeenAt: null });
      const unknown = await bob.api.get('/users/0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11');
      expect([unknown.status, unknown.body.code]).toEqual([404, 'user_not_found']);
    });

    it('are found by the beginning of their username, in pages that go both ways', async () => {
      const people = [];
      for (let index = 0; index < 5; index += 1) people.push(await Person.register(app.url, `findme${index}`));
      const { api } = people[0]!;
      const page = (query: string) => api.get<Page<UserSummary>>(`/users?query=FINDME&limit=2${query}`);
      const first = await page('');
      const second = await page(`&cursor=${first.body.nextCursor}`);
      const third = await page(`&cursor=${second.body.nextCursor}`);
      const names = [first, second, third].flatMap(({ body }) => body.items.map(({ username }) => username));
      expect(names).toEqual(people.map(({ user }) => user.username));
      expect(first.body.prevCursor).toBeNull();
      expect(third.body.nextCursor).toBeNull();
      const back = await page(`&cursor=${third.body.prevCursor}`);
      expect(back.body.items).toEqual(second.body.items);
    });

    it('are not found by a pattern', async () => {
      const { api } = await Person.register(app.url, 'pattern');
      for (const query of ['%', '_', 'pat%']) {
        const { body } = await api.get<Page<UserSummary>>(`/users?query=${encodeURIComponent(query)}`);
        expect(body.items).toEqual([]);
      }
    });
  });
});

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
