import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { EmailDomains1764720000000 } from '../../migrations/1764720000000-email-domains.js';
import { toProfile } from '../../src/auth/identities/profile.js';
import type { AuthResult, Group, OwnUser } from '../../src/changes/contract.js';
import { verifyAddress } from '../support/database.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { PASSWORD, Person } from '../support/person.js';

const ZWJ = '\u200d';
const ZWNJ = '\u200c';

describe('What people and groups are called', () => {
  let app: TestApp;
  let nobody: Api;
  let ann: Person;
  let count = 0;

  beforeAll(async () => {
    app = await startApp();
    nobody = new Api(app.url);
    ann = await Person.register(app.url, 'ann');
  });
  afterAll(() => app.close());

  const rename = (displayName: string) => ann.api.patch<OwnUser>('/users/me', { displayName });
  const called = (name: string) => ann.api.post<Group>('/groups', { kind: 'private', name });

  it.each([
    ['turns the direction', 'Ann\u202egpj.exe'],
    ['isolates a direction', '\u2066Ann\u2069'],
    ['marks a direction', 'Ann\u200f'],
    ['has a zero-width space', 'A\u200bnn'],
    ['has a word joiner', 'Ann\u2060'],
    ['has a soft hyphen', 'An\u00adn'],
    ['has a byte-order mark', 'A\ufeffnn'],
    ['joins letters that do not join', `A${ZWJ}nn`],
    ['parts letters that do not join', `A${ZWNJ}nn`],
    ['ends with a joiner', `علی${ZWNJ}`],
    ['begins with a joiner', `${ZWNJ}علی`],
    ['has joiners in a row', `می${ZWNJ}${ZWNJ}خواهم`],
    ['has a filler', 'Ann\u3164'],
    ['has an empty braille cell', 'Ann\u2800'],
    ['has a variation of a letter that has none', 'Ann\ufe0f'],
    ['has tags that are no flag', 'Ann\u{e0041}\u{e0042}'],
    ['has a joiner beside an emoji', `👋${ZWJ}Ann`],
    ['is a tower of marks', `A\u0301\u0316\u0334\u0327\u0353\u0347nn`],
    ['is a tower of marks with joiners between', `क${'\u0941\u094d\u200d'.repeat(4)}`],
  ])('is refused when it %s', async (_, name) => {
    for (const [answer, field] of [
      [await rename(name), 'displayName'],
      [await called(name), 'name'],
    ] as const) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
    }
  });

  it.each([
    ['Zoë Ångström'],
    ['Nguyễn Thị Ánh'],
    ['علی رضا'],
    [`می${ZWNJ}خواهم`],
    [`क्${ZWJ}ष श्री`],
    [`ന്${ZWJ}`],
    ['שָׁלוֹם'],
    ['ทิ้ง'],
    ['王小明'],
    ['葛\u{e0100}城'],
    ['👩‍👩‍👧‍👦 Family'],
    ['👋🏽 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ 1️⃣ ☕️'],
    ['👩🏽‍❤️‍💋‍👨🏿'],
    ['O’Neill-Smith, Jr.'],
    ['Аnn'],
  ])('may be %s', async (name) => {
    const [renamed, group] = [await rename(name), await called(name)];
    expect([renamed.status, renamed.body.displayName, group.status, group.body.name]).toEqual([200, name, 201, name]);
  });

  it('is stored composed, and with plain single spaces', async () => {
    expect((await rename('Zoe\u0308\u00a0\u2003A\u030angstro\u0308m')).body.displayName).toBe('Zoë Ångström');
    expect((await called('Ideas\u3000\u200a!')).body.name).toBe('Ideas !');
  });

  it.each(['Deleted user', 'DELETED  USER', 'deleted-user', 'Ｄeleted user', 'Admin', 'Messendger', 'Support'])(
    'is not %s, for a user',
    async (name) => {
      expect(await rename(name)).toMatchObject({ status: 400, body: { errors: [{ field: 'displayName' }] } });
    },
  );

  it('may be reserved for users and free for groups', async () => {
    expect((await called('Support')).status).toBe(201);
  });

  it.each(['admin', 'Administrator', 'root', 'support', 'system', 'messendger', 'moderator', 'no-reply', '_admin_'])(
    'is not %s, for a username',
    async (username) => {
      const { status, body } = await nobody.post('/register', { username, password: PASSWORD });
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, 'validation_failed', 'username']);
    },
  );

  it.each(['...', '---', '___', '._-'])('is not punctuation alone, as %s, for a username', async (username) => {
    const { status, body } = await nobody.post('/register', { username, password: PASSWORD });
    expect([status, body.errors?.[0]?.field]).toEqual([400, 'username']);
  });

  it.each([
    ['\u202eAnn\u200b Lee', 'Ann Lee'],
    [`A${'\u0301'.repeat(40)}nn`, 'Á\u0301\u0301\u0301\u0301nn'],
    [`می${ZWNJ}خواهم`, `می${ZWNJ}خواهم`],
    ['Deleted user', null],
    ['Administrator', null],
    ['\u200b\u2060', null],
    [`${'x'.repeat(63)}👩‍👧`, 'x'.repeat(63)],
  ])('is cleaned when a provider says %j', (name, displayName) => {
    expect(toProfile({ name }).displayName).toBe(displayName);
  });

  it('is not reserved when a provider says so', () => {
    expect(toProfile({ preferred_username: 'admin', name: 'Root' }).username).toBe('user');
    expect(toProfile({ preferred_username: 'root', email: 'zoe@example.org' }).username).toBe('zoe');
  });

  describe('by email address', () => {
    const register = (email: string) =>
      nobody.post<AuthResult & { code: string; errors?: { field: string }[] }>('/register', {
        username: `mailbox-${++count}`,
        password: PASSWORD,
        email,
      });

    it('is one account a mailbox, however the address is written', async () => {
      const { status, body } = await register('Zoë@Bücher.example');
      expect([status, body.user.pendingEmail]).toEqual([201, 'zoë@xn--bcher-kva.example']);
      await verifyAddress(app.database, body.user.username);
      for (const email of [
        'zoë@xn--bcher-kva.example',
        'ZOE\u0308@BÜCHER.EXAMPLE',
        'zoë@bu\u0308cher.example',
        ' zoë@bücher.example ',
        'zoë@bücher。example',
        'zoë@bücher.example\u200b',
        'zoë@bü\u00adcher.example',
        'zoë@ｂücher.example',
      ]) {
        const again = await register(email);
        expect([email, again.status, again.body.user.pendingEmail]).toEqual([email, 201, 'zoë@xn--bcher-kva.example']);
        expect(await nobody.post('/login', { username: email, password: PASSWORD })).toMatchObject({ status: 200 });
      }
      expect(toProfile({ email: 'ZOË@Bücher.example', email_verified: true }).email).toBe('zoë@xn--bcher-kva.example');
    });

    it.each([
      ['a zero-width space', 'a\u200b@example.org'],
      ['a word joiner', 'a\u2060b@example.org'],
      ['a soft hyphen', '\u00ada@example.org'],
      ['a turn of direction', 'a\u202e@example.org'],
      ['a joiner', `a${ZWJ}@example.org`],
      ['a space of another kind', 'a\u00a0b@example.org'],
      ['a character of private use', 'a\ue000@example.org'],
      ['quotes', '"a"@example.org'],
      ['a port', 'a@example.org:25'],
      ['a path', 'a@example.org/x'],
      ['an escape', 'a@ex%61mple.org'],
      ['another user', 'a@b@example.org'],
      ['an address for a host', 'a@127.0.0.1'],
      ['an address for a host, in brackets', 'a@[127.0.0.1]'],
      ['a broken Punycode', 'a@xn--a.example'],
      ['nothing for a domain', 'a@\u00ad'],
    ])('is refused with %s', async (_, email) => {
      for (const answer of [
        await register(email),
        await ann.api.patch('/users/me', { email }),
        await nobody.post('/auth/password/forgotten', { email }),
      ]) {
        expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'email' }] } });
      }
      expect(toProfile({ email, email_verified: true }).email).toBeNull();
    });

    it('is found again after a migration, and keeps what it has where another account has the address', async () => {
      const stored = async (email: string) => {
        const { body } = await register(`old-${++count}@example.org`);
        await verifyAddress(app.database, body.user.username);
        await app.database.query('UPDATE users SET email = $2 WHERE id = $1', [body.user.id, email]);
        return body.user.id;
      };
      const old = ['ann@müller.example', 'bob@müller.example\u200b', 'bob@müller.example', 'jo\u0308@plain.example'];
      const ids: string[] = [];
      for (const email of old) ids.push(await stored(email));
      const runner = app.nest.get(DataSource).createQueryRunner();
      const migration = new EmailDomains1764720000000();
      await migration.up(runner);
      await migration.up(runner);
      await migration.down();
      await runner.release();
      const rows = await app.database.query<{ id: string; email: string }>('SELECT id, email FROM users');
      expect(ids.map((id) => rows.find((row) => row.id === id)!.email)).toEqual([
        'ann@xn--mller-kva.example',
        'bob@xn--mller-kva.example',
        'bob@müller.example',
        'jö@plain.example',
      ]);
      const login = await nobody.post('/login', { username: 'Ann@Müller.example', password: PASSWORD });
      expect(login.status).toBe(200);
    });
  });
});
