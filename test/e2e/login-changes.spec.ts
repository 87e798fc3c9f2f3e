import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CHANGES_LOGIN } from '../../src/auth/passwords/changes-login.decorator.js';
import type { AuthResult, OwnUser } from '../../src/changes/contract.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { Issuer } from '../support/issuer.js';
import { Mailbox } from '../support/mailbox.js';
import { PASSWORD } from '../support/person.js';
import { markedRoutes, routesOf } from '../support/routes.js';
import { claimsOf } from '../support/tokens.js';

/** What a change is made with: the account that is logged in twice, and what is given for the password. */
interface Case {
  api: Api;
  password: string | undefined;
  email: string;
  otherSession: string;
}

interface Row {
  route: string;
  what: string;
  change: (given: Case) => Promise<Answer<unknown>>;
  /** What the address that was verified before is told. */
  notice: string | null;
  /** Whether the other sessions end with the answer. */
  endsOthers: boolean;
}

/** Every route by which the way in to an account changes. One that is missing here, or not marked, fails the first test. */
const ROWS: Row[] = [
  {
    route: 'POST /users/me/password',
    what: 'another password',
    change: ({ api, password }) =>
      api.post('/users/me/password', { oldPassword: password, newPassword: 'four other words' }),
    notice: 'Your password was changed',
    endsOthers: true,
  },
  {
    route: 'PATCH /users/me',
    what: 'another address, whose confirmation ends the sessions later',
    change: ({ api, password, email }) => api.patch('/users/me', { email: `new-${email}`, currentPassword: password }),
    notice: 'A new email address was entered',
    endsOthers: false,
  },
  {
    route: 'PATCH /users/me',
    what: 'no address',
    change: ({ api, password }) => api.patch('/users/me', { email: null, currentPassword: password }),
    notice: 'Your email address was removed',
    endsOthers: true,
  },
  {
    route: 'POST /users/me/identities/google',
    what: 'the beginning of a link, whose end ends the sessions',
    change: ({ api, password }) => api.post('/users/me/identities/google', { password }),
    notice: null,
    endsOthers: false,
  },
  {
    route: 'DELETE /users/me/identities/google',
    what: 'no link any more',
    change: ({ api, password }) => api.request('DELETE', '/users/me/identities/google', { password }),
    notice: 'The login with Google was unlinked',
    endsOthers: true,
  },
  {
    route: 'DELETE /users/me/sessions',
    what: 'the end of all other sessions',
    change: ({ api, password }) => api.request('DELETE', '/users/me/sessions', { password }),
    notice: null,
    endsOthers: true,
  },
  {
    route: 'DELETE /users/me/sessions/{id}',
    what: 'the end of another session',
    change: ({ api, password, otherSession }) =>
      api.request('DELETE', `/users/me/sessions/${otherSession}`, { password }),
    notice: null,
    endsOthers: true,
  },
  {
    route: 'DELETE /users/me',
    what: 'the end of the account',
    change: ({ api, password }) => api.request('DELETE', '/users/me', { password }),
    notice: 'Your account was erased',
    endsOthers: true,
  },
];

/** Routes under `/users/me` that write, and leave the way in as it is. */
const HARMLESS = ['POST /users/me/email/verify'];

const GOOGLE = {
  clientId: 'messendger',
  clientSecret: 'for tests only',
  authorizationUrl: 'http://127.0.0.1:1/auth',
  tokenUrl: 'http://127.0.0.1:1/token',
  userinfoUrl: 'http://127.0.0.1:1/userinfo',
};

describe('A change of the login', () => {
  let app: TestApp;
  let mailbox: Mailbox;
  let issuer: Issuer;
  let email: string;
  let first: AuthResult;
  let second: AuthResult;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    issuer = await new Issuer().open();
    app = await startApp({
      smtpUrl: mailbox.url,
      mailFrom: 'Chat <chat@example.org>',
      google: GOOGLE,
      issuer: {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithm: 'RS256',
        tokenType: 'at+jwt',
        jwksUrl: issuer.url,
        keyFile: null,
      },
    });
  });
  afterAll(async () => {
    await app.close();
    await issuer.close();
    await mailbox.close();
  });
  beforeEach(async () => {
    const username = `user-${randomUUID().slice(0, 13)}`;
    email = `${username}@example.org`;
    const nobody = new Api(app.url);
    ({ body: first } = await nobody.post<AuthResult>('/register', { username, password: PASSWORD, email }));
    await mailbox.confirm(email, app.url);
    ({ body: second } = await nobody.post<AuthResult>('/login', { username, password: PASSWORD }));
    await app.database.query(
      `INSERT INTO identities (user_id, provider, subject) VALUES ($1, 'google', $1::uuid::text)`,
      [first.user.id],
    );
  });

  const codeOf = ({ status, body }: Answer<unknown>) => (status < 400 ? status : (body as { code: string }).code);
  const of = (login: AuthResult) => new Api(app.url, login.accessToken);
  const make = ({ change }: Row, password: string | undefined, api = of(first)) =>
    change({ api, password, email, otherSession: claimsOf(second.accessToken).sid });
  const livesElsewhere = async () => (await of(second).get('/users/me')).status === 200;
  const stateOf = async () =>
    app.database.query(
      `SELECT u.*, (SELECT count(*) FROM identities i WHERE i.user_id = u.id), (SELECT count(*) FROM sessions s WHERE s.user_id = u.id) AS sessions
         FROM users u WHERE id = $1`,
      [first.user.id],
    );
  const query = (sql: string) => app.database.query(sql, [first.user.id]);

  it('is made by the routes of this table, and every other route that writes to one’s account is harmless', () => {
    const table = [...new Set(ROWS.map(({ route }) => route))].sort();
    expect(markedRoutes(app.nest, CHANGES_LOGIN).sort()).toEqual(table);
    const writes = routesOf(app.nest).filter((route) => /^(POST|PUT|PATCH|DELETE) \/users\/me(\/|$)/.test(route));
    expect([...table, ...HARMLESS].sort()).toEqual(writes);
  });

  it.each(ROWS)('$route ($what) is refused to an access token alone, and changes nothing', async (row) => {
    const before = await stateOf();
    expect(codeOf(await make(row, undefined))).toBe('wrong_password');
    expect(codeOf(await make(row, 'not the password'))).toBe('wrong_password');
    expect(await livesElsewhere()).toBe(true);
    expect(await stateOf()).toEqual(before);
  });

  it.each(ROWS)('$route ($what) is refused to the token of another issuer', async (row) => {
    const api = new Api(app.url, await issuer.token(randomUUID(), { email: `at-work-${email}`, email_verified: true }));
    expect((await api.get<OwnUser>('/users/me')).status).toBe(200);
    expect(codeOf(await make(row, PASSWORD, api))).toBe('session_needed');
    expect(codeOf(await make(row, undefined, api))).toBe('session_needed');
  });

  it.each(ROWS)('$route ($what) takes the password, and what it changes is told', async (row) => {
    expect(codeOf(await make(row, PASSWORD))).toBeLessThan(300);
    expect(await livesElsewhere()).toBe(!row.endsOthers);
    if (row.notice !== null) {
      const letter = await mailbox.take(email);
      expect(letter.subject).toBe(row.notice);
      expect(letter.text).toContain(`@${first.user.username}`);
    }
  });

  it.each(ROWS)('$route ($what) without a password takes a login of the last ten minutes alone', async (row) => {
    await query('UPDATE users SET password_hash = NULL WHERE id = $1');
    await query(`INSERT INTO identities (user_id, provider, subject) VALUES ($1, 'other', $1::uuid::text)`);
    await query(`UPDATE sessions SET created_at = now() - interval '11 minutes' WHERE user_id = $1`);
    expect(codeOf(await make(row, undefined))).toBe('login_needed');
    expect(codeOf(await make(row, PASSWORD))).toBe('login_needed');
    await query('UPDATE sessions SET created_at = now() WHERE user_id = $1');
    expect(codeOf(await make(row, undefined))).toBeLessThan(300);
  });

  it('of a session that has ended meanwhile is refused', async () => {
    await of(second).post('/logout');
    const changes = await Promise.all([
      of(first).request('DELETE', '/users/me/sessions', { password: PASSWORD }),
      of(first).post('/logout'),
    ]);
    expect(changes.map(({ status }) => status).every((status) => status < 500)).toBe(true);
  });

  it('is not the end of the current session, which needs no password', async () => {
    const { sid } = claimsOf(first.accessToken);
    expect((await of(first).delete(`/users/me/sessions/${sid}`)).status).toBe(204);
    expect(await livesElsewhere()).toBe(true);
  });
});
