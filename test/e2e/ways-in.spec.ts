import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AccountSwitch } from '../../src/auth/account-switch.js';
import { Invites } from '../../src/auth/registration/invites.js';
import type { AuthResult, Page, UserSummary } from '../../src/changes/contract.js';
import type { Config } from '../../src/config/config.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { PASSWORD, Person } from '../support/person.js';

describe('Who may have an account', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const start = async (settings: Partial<Config>) => {
    const app = await startApp(settings, database);
    apps.push(app);
    return app;
  };
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await database.drop();
  });

  const newName = () => `user-${randomUUID().slice(0, 13)}`;
  const register = (app: TestApp, more: object = {}) =>
    new Api(app.url).post<AuthResult>('/register', { username: newName(), password: PASSWORD, ...more });
  const outcome = ({ status, body }: Answer<unknown>) => [status, (body as { code?: string }).code];
  const waysIn = async (app: TestApp) => (await new Api(app.url).get('/auth/providers')).body;

  describe('with REGISTRATION=off', () => {
    it('is nobody new, also with a link, while those who are there log in', async () => {
      const person = await Person.register((await start({})).url);
      const app = await start({ registration: 'off' });
      expect(await waysIn(app)).toEqual({ google: false, registration: 'off', passwordLogin: true });
      for (const more of [{}, { invite: 'x' }]) {
        expect(outcome(await register(app, more))).toEqual([403, 'registration_closed']);
      }
      await expect(app.nest.get(Invites).make()).rejects.toMatchObject({ code: 'registration_closed' });
      const login = { username: person.user.username, password: PASSWORD };
      expect((await new Api(app.url).post('/login', login)).status).toBe(200);
    });
  });

  describe('with REGISTRATION=invited', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ registration: 'invited', publicUrl: 'https://chat.example.org' });
    });
    const newInvite = async () => {
      const link = await app.nest.get(Invites).make();
      return /^https:\/\/chat\.example\.org\/#\/register\?invite=([\w-]{43})$/.exec(link)![1]!;
    };

    it('is a person with a link, once', async () => {
      expect(await waysIn(app)).toMatchObject({ registration: 'invited' });
      const invite = await newInvite();
      expect(outcome(await register(app, { invite }))).toEqual([201, undefined]);
      expect(outcome(await register(app, { invite }))).toEqual([400, 'invite_invalid']);
    });

    it('is nobody without a link, with a made-up one or with one that has expired', async () => {
      expect(outcome(await register(app))).toEqual([403, 'registration_closed']);
      expect(outcome(await register(app, { invite: 'x' }))).toEqual([400, 'invite_invalid']);
      const invite = await newInvite();
      await database.query(`UPDATE registration_invites SET expires_at = now() - interval '1 second'`);
      expect(outcome(await register(app, { invite }))).toEqual([400, 'invite_invalid']);
    });

    it('is one person when many use a link at once', async () => {
      const invite = await newInvite();
      const answers = await Promise.all(Array.from({ length: 6 }, () => register(app, { invite })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
    });

    it('keeps the link of a person whose username is taken', async () => {
      const invite = await newInvite();
      const { body } = await register(app, { invite: await newInvite() });
      const { username } = body.user;
      expect(outcome(await register(app, { invite, username }))).toEqual([409, 'username_taken']);
      expect((await register(app, { invite })).status).toBe(201);
    });

    it('stores the hash of a link alone', async () => {
      const invite = await newInvite();
      const rows = await database.query<{ text: string }>('SELECT i::text AS text FROM registration_invites i');
      expect(rows.length).toBeGreaterThan(0);
      const [text, bytes] = [Buffer.from(invite).toString('hex'), Buffer.from(invite, 'base64url').toString('hex')];
      for (const row of rows) for (const secret of [invite, text, bytes]) expect(row.text).not.toContain(secret);
    });
  });

  describe('with PASSWORD_LOGIN=off', () => {
    it('is nobody with a password: not by login, registration, grant, reset or change', async () => {
      const person = await Person.register((await start({})).url);
      const app = await start({ passwordLogin: false, oauthPasswordGrant: true });
      const nobody = new Api(app.url);
      const { username } = person.user;
      expect(await waysIn(app)).toMatchObject({ passwordLogin: false });
      for (const answer of [
        await register(app),
        await nobody.post('/login', { username, password: PASSWORD }),
        await nobody.post('/auth/password/forgotten', { email: 'ann@example.org' }),
        await nobody.post('/auth/password/reset', { token: 'x', newPassword: PASSWORD }),
        await person
          .at(app.url)
          .api.post('/users/me/password', { oldPassword: PASSWORD, newPassword: 'some new words' }),
      ]) {
        expect(outcome(answer)).toEqual([403, 'password_login_disabled']);
      }
      const form = new URLSearchParams({ grant_type: 'password', username, password: PASSWORD }).toString();
      const grant = await nobody.post<{ error: string }>('/oauth/token', form, {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect([grant.status, grant.body.error]).toEqual([400, 'unsupported_grant_type']);
      await expect(app.nest.get(AccountSwitch).resetLink(username)).rejects.toMatchObject({
        code: 'password_login_disabled',
      });
    });
  });

  it('is seen by those who share a group, and found by the others with a query alone', async () => {
    const app = await start({});
    const [ann, bob, eve] = [
      await Person.register(app.url, 'ann'),
      await Person.register(app.url, 'bob'),
      await Person.register(app.url, 'eve'),
    ];
    const group = await ann.group('private', bob);
    const seenBy = async ({ api }: Person, query = '') =>
      (await api.get<Page<UserSummary>>(`/users${query}`)).body.items.map(({ id }) => id);
    expect(await seenBy(ann)).toEqual([ann.id, bob.id]);
    expect(await seenBy(eve)).toEqual([]);
    expect(await seenBy(eve, `?query=${bob.user.username}`)).toEqual([bob.id]);
    await ann.api.delete(`/groups/${group.id}/members/${bob.id}`);
    expect(await seenBy(bob)).toEqual([]);
  });
});
