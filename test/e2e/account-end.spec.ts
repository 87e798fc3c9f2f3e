import { get } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthResult, Group, Member, Message, Page, UserSummary } from '../../src/changes/contract.js';
import { type Answer, Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { PASSWORD, Person } from '../support/person.js';

describe('The end of an account', () => {
  let app: TestApp;
  let other: TestApp;
  let late: TestApp | undefined;
  let ann: Person;
  let bob: Person;

  beforeAll(async () => {
    app = await startApp();
    other = await startApp({}, app.database);
  });
  afterAll(async () => {
    await late?.close();
    await other.close();
    await app.close();
  });
  beforeEach(async () => {
    ann = await Person.register(app.url, 'ann');
    bob = await Person.register(app.url, 'bob');
  });

  const codeOf = ({ status, body }: Answer<unknown>) => [status, (body as { code?: string }).code];
  const erase = (person: Person, password: string | undefined = PASSWORD) =>
    person.api.request('DELETE', '/users/me', { password });
  const gone = () => ({ id: ann.id, username: `deleted-${ann.id}`, displayName: 'Deleted user' });
  const direct = async () => (await ann.api.post<Group>('/groups', { kind: 'direct', userId: bob.id })).body;

  describe('that is erased', () => {
    it('needs the password', async () => {
      expect(codeOf(await erase(ann, 'wrong'))).toEqual([403, 'wrong_password']);
      expect(codeOf(await ann.api.request('DELETE', '/users/me', {}))).toEqual([403, 'wrong_password']);
      expect((await ann.api.get('/users/me')).status).toBe(200);
    });

    it('without a password needs a fresh login', async () => {
      await app.database.query('UPDATE users SET password_hash = NULL WHERE id = $1', [ann.id]);
      await app.database.query(`UPDATE sessions SET created_at = now() - interval '1 hour' WHERE user_id = $1`, [
        ann.id,
      ]);
      expect(codeOf(await ann.api.request('DELETE', '/users/me', {}))).toEqual([403, 'login_needed']);
      await app.database.query('UPDATE sessions SET created_at = now() WHERE user_id = $1', [ann.id]);
      expect((await ann.api.request('DELETE', '/users/me', {})).status).toBe(204);
    });

    it('leaves nothing of the person, and frees the username and the address', async () => {
      const { username } = ann.user;
      const email = `${username}@example.org`;
      await ann.api.patch('/users/me', { email, displayName: 'Ann Miller', currentPassword: PASSWORD });
      expect((await erase(ann)).status).toBe(204);
      const [row] = await app.database.query('SELECT * FROM users WHERE id = $1', [ann.id]);
      expect(row).toMatchObject({
        email: null,
        pending_email: null,
        password_hash: null,
        username: `deleted-${ann.id}`,
      });
      for (const table of ['sessions', 'one_time_tokens', 'presence', 'erasures']) {
        expect(await app.database.query(`SELECT FROM ${table} WHERE user_id = $1`, [ann.id])).toEqual([]);
      }
      const again = { username, password: PASSWORD, email };
      expect((await new Api(app.url).post('/register', again)).status).toBe(201);
    });

    it('opens nothing any more, and cannot be found or added', async () => {
      const { username } = ann.user;
      const group = await bob.group('private');
      await erase(ann);
      expect(codeOf(await ann.api.get('/users/me'))).toEqual([401, 'session_ended']);
      for (const name of [username, `deleted-${ann.id}`]) {
        const login = await new Api(app.url).post('/login', { username: name, password: PASSWORD });
        expect(codeOf(login)).toEqual([401, 'invalid_credentials']);
        expect((await bob.api.get<Page<UserSummary>>(`/users?query=${name.slice(0, 32)}`)).body.items).toEqual([]);
      }
      expect(codeOf(await bob.api.get(`/users/${ann.id}`))).toEqual([404, 'user_not_found']);
      const added = await bob.api.post(`/groups/${group.id}/members`, { userId: ann.id });
      expect(codeOf(added)).toEqual([404, 'user_not_found']);
      expect(codeOf(await bob.api.post('/groups', { kind: 'direct', userId: ann.id }))).toEqual([
        404,
        'user_not_found',
      ]);
    });

    it('closes its connections on every node', async () => {
      const clients = [await ann.connect(), await ann.at(other.url).connect()];
      await erase(ann);
      for (const client of clients) expect((await client.next('closing')).code).toBe('session_ended');
    });

    it('hands its groups on, and everybody sees it leave', async () => {
      const group = await ann.group('public', bob);
      const client = await bob.connect();
      await erase(ann);
      const left = await client.next('member:left', ({ groupId }) => groupId === group.id);
      expect(left.member.user).toEqual(gone());
      const heir = await client.next('member:updated', ({ groupId }) => groupId === group.id);
      expect([heir.member.user.id, heir.member.role]).toEqual([bob.id, 'owner']);
      const { body } = await bob.api.get<Page<Member>>(`/groups/${group.id}/members`);
      expect(body.items.map(({ user }) => user.id)).toEqual([bob.id]);
      bob.leave();
    });

    it('erases the groups in which nobody else is', async () => {
      const group = await ann.group('public');
      await erase(ann);
      expect(codeOf(await bob.api.get(`/groups/${group.id}`))).toEqual([404, 'group_not_found']);
    });

    it('keeps the messages, under “Deleted user”, in history, in answers and for who comes back', async () => {
      const group = await ann.group('public', bob);
      const { id } = await ann.send(group.id, 'I was here');
      await bob.api.post('/messages', { groupId: group.id, text: 'So you were', replyTo: id });
      await erase(ann);
      const { body } = await bob.api.get<Page<Message>>(`/messages?groupId=${group.id}`);
      const [first, second] = [...body.items].sort((a, b) => a.seq - b.seq);
      expect(first).toMatchObject({ text: 'I was here', sender: gone() });
      expect(second!.replyTo!.sender).toEqual(gone());
      const client = await bob.connect({ [group.id]: 0 });
      const created = await client.next('message:created', ({ message }) => message.id === id);
      expect(created.message.sender).toEqual(gone());
      bob.leave();
    });

    it('stays in direct groups, for the other one, who is told', async () => {
      const group = await direct();
      await ann.send(group.id, 'Farewell');
      const client = await bob.connect();
      await erase(ann);
      const { member, revision } = await client.next('member:updated', ({ groupId }) => groupId === group.id);
      expect([member.user, member.leftAt]).toEqual([gone(), null]);
      const { body } = await bob.api.get<Group>(`/groups/${group.id}`);
      expect(body).toMatchObject({ revision, peer: gone(), lastMessage: { text: 'Farewell', sender: gone() } });
      bob.leave();
    });

    it('goes on leaving after a crash', async () => {
      const group = await ann.group('public', bob);
      await app.database.query(`UPDATE users SET deleted_at = now() WHERE id = $1`, [ann.id]);
      await app.database.query('INSERT INTO erasures (user_id) VALUES ($1)', [ann.id]);
      const client = await bob.connect();
      late = await startApp({}, app.database);
      await client.next('member:left', ({ groupId }) => groupId === group.id);
      bob.leave();
    });

    it('is in no group into which it is taken at that moment', async () => {
      const groups = await Promise.all(Array.from({ length: 8 }, () => bob.group('private')));
      const added = groups.map(({ id }) => bob.api.post(`/groups/${id}/members`, { userId: ann.id }));
      const [erased] = await Promise.all([erase(ann), ...added]);
      expect(erased.status).toBe(204);
      const left = await app.database.query('SELECT FROM memberships WHERE user_id = $1 AND left_at IS NULL', [ann.id]);
      expect(left).toEqual([]);
    });

    it('twice at once is erased once', async () => {
      const statuses = (await Promise.all([erase(ann), erase(ann)])).map(({ status }) => status).sort();
      expect(statuses).toEqual([204, 401]);
    });
  });

  describe('that is exported', () => {
    const lines = (text: unknown) =>
      String(text)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string } & Record<string, unknown>);

    it('comes as lines of JSON, with all that is the person’s and nothing of others', async () => {
      const [group, left] = [await bob.group('public', ann), await bob.group('public', ann)];
      const secret = await bob.group('private', ann);
      await ann.api.delete(`/groups/${secret.id}/members/${ann.id}`);
      const mine = await ann.send(group.id, 'Mine\nin two lines');
      const theirs = await bob.send(group.id, 'Not mine');
      await ann.send(left.id, 'Before I left');
      await ann.api.delete(`/groups/${left.id}/members/${ann.id}`);
      await ann.api.put(`/messages/${theirs.id}/reactions/${encodeURIComponent('👍')}`);
      await bob.api.patch(`/groups/${secret.id}`, { name: 'Renamed since' });
      const { status, body, headers } = await ann.api.get<string>('/users/me/export');
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        'application/x-ndjson',
        'no-store',
      ]);
      const items = lines(body);
      const of = (type: string) => items.filter((item) => item.type === type);
      expect(of('profile')).toEqual([expect.objectContaining({ id: ann.id, username: ann.user.username })]);
      expect(of('session')).toHaveLength(1);
      expect(
        of('membership')
          .map(({ groupId }) => groupId)
          .sort(),
      ).toEqual([group.id, left.id, secret.id].sort());
      expect(of('membership')).toContainEqual(expect.objectContaining({ groupId: left.id, name: left.name }));
      expect(of('membership')).toContainEqual(expect.objectContaining({ groupId: secret.id, name: null }));
      expect(body).not.toContain('Renamed since');
      expect(
        of('message')
          .map(({ text }) => text)
          .sort(),
      ).toEqual(['Before I left', 'Mine\nin two lines']);
      expect(of('message')).toContainEqual(expect.objectContaining({ id: mine.id, groupId: group.id, seq: 1 }));
      expect(of('reaction')).toEqual([expect.objectContaining({ messageId: theirs.id, emoji: '👍' })]);
      expect(body).not.toContain('Not mine');
      expect(body).not.toContain('argon2');
    });

    it('has every one of many messages, once and in order, at the pace at which it is read, one at a time', async () => {
      const group = await ann.group();
      const count = 20_000;
      await app.database.query(
        `INSERT INTO messages (id, group_id, seq, revision, created_revision, sender_id, text, created_at)
         SELECT gen_random_uuid(), $1, n, n + 1, n + 1, $2, repeat('x', 1000), now() FROM generate_series(1, $3::int) n`,
        [group.id, ann.id, count],
      );
      await app.database.query('UPDATE groups SET last_seq = $2::bigint, revision = $2::bigint + 1 WHERE id = $1', [
        group.id,
        count,
      ]);
      const headers = { authorization: `Bearer ${ann.token}` };
      await new Promise<void>((resolve, reject) => {
        get(`${app.url}/users/me/export`, { headers }, (response) => {
          void (async () => {
            // Nobody reads: the rest waits in the database.
            expect(codeOf(await ann.api.get('/users/me/export'))).toEqual([409, 'limit_reached']);
            let text = '';
            for await (const chunk of response) text += String(chunk);
            const seqs = lines(text)
              .filter(({ type }) => type === 'message')
              .map(({ seq }) => seq);
            expect(seqs).toEqual(Array.from({ length: count }, (_, index) => index + 1));
          })().then(resolve, reject);
        });
      });
      expect((await ann.api.get('/users/me/export')).status).toBe(200);
    });

    it('can be asked for again when the connection broke', async () => {
      const group = await ann.group();
      await ann.send(group.id, 'x');
      const stop = new AbortController();
      const headers = { authorization: `Bearer ${ann.token}` };
      await fetch(`${app.url}/users/me/export`, { headers, signal: stop.signal });
      stop.abort();
      while ((await ann.api.get('/users/me/export')).status !== 200) await ann.api.get('/users/me');
    });
  });

  it('that is deactivated in the database alone is closed by the sweep', async () => {
    const client = await ann.connect();
    await app.database.query('UPDATE users SET deactivated_at = now() WHERE id = $1', [ann.id]);
    expect((await client.next('closing')).code).toBe('session_ended');
    expect(codeOf(await ann.api.get('/users/me'))).toEqual([401, 'session_ended']);
    const login = await new Api(app.url).post<AuthResult>('/login', {
      username: ann.user.username,
      password: PASSWORD,
    });
    expect(codeOf(login)).toEqual([403, 'account_deactivated']);
  });
});
