import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Group, Member, Page } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';

const UNKNOWN = '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11';

describe('Groups', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let eve: Person;

  beforeAll(async () => {
    app = await startApp();
    [ann, bob, eve] = [
      await Person.register(app.url, 'ann'),
      await Person.register(app.url, 'bob'),
      await Person.register(app.url, 'eve'),
    ];
  });
  afterAll(() => app.close());

  it('belong to who makes them', async () => {
    const { status, body } = await ann.api.post<Group>('/groups', {
      kind: 'private',
      name: ' Plans ',
      description: 'x',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'private',
      name: 'Plans',
      description: 'x',
      memberCount: 1,
      lastSeq: 0,
      peer: null,
      lastMessage: null,
      membership: { role: 'owner', readSeq: 0, unread: 0 },
    });
  });

  it('are listed by last activity, with the last message, unread and member counts', async () => {
    const person = await Person.register(app.url, 'lister');
    const quiet = await person.group('public');
    const busy = await person.group('public', bob);
    const { body: before } = await person.api.get<Page<Group>>('/groups');
    expect(before.items.map(({ id }) => id)).toEqual([busy.id, quiet.id]);
    await bob.send(busy.id, 'one');
    await bob.send(busy.id, 'two');
    await person.send(quiet.id, 'mine');
    const { body } = await person.api.get<Page<Group>>('/groups');
    expect(
      body.items.map((group) => [group.id, group.lastMessage?.text, group.membership?.unread, group.memberCount]),
    ).toEqual([
      [quiet.id, 'mine', 0, 1],
      [busy.id, 'two', 2, 2],
    ]);
  });

  it('are paged both ways', async () => {
    const person = await Person.register(app.url, 'pager');
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.unshift((await person.group()).id);
    const page = async (query: string) => (await person.api.get<Page<Group>>(`/groups?limit=2${query}`)).body;
    const first = await page('');
    const second = await page(`&cursor=${first.nextCursor}`);
    const third = await page(`&cursor=${second.nextCursor}`);
    expect([first, second, third].flatMap(({ items }) => items.map(({ id }) => id))).toEqual(made);
    expect(third.nextCursor).toBeNull();
    expect((await page(`&cursor=${third.prevCursor}`)).items).toEqual(second.items);
  });

  it('are discovered when public, by a part of the name, and then show no message', async () => {
    const { body: group } = await ann.api.post<Group>('/groups', { kind: 'public', name: 'Gardening 50%_off' });
    await ann.api.post('/groups', { kind: 'private', name: 'Gardening in secret' });
    await ann.send(group.id, 'for members');
    const found = async (query: string) =>
      (await eve.api.get<Page<Group>>(`/groups?scope=public&query=${encodeURIComponent(query)}`)).body.items;
    const [seen, ...others] = await found('gardening');
    expect(others).toEqual([]);
    expect(seen).toMatchObject({ id: group.id, memberCount: 1, lastMessage: null, membership: null });
    expect(await found('50%_OFF')).toHaveLength(1);
    expect(await found('Garden%')).toHaveLength(0);
  });

  it('do not exist for those who may not see them', async () => {
    const group = await ann.group('private', bob);
    const routes = [
      () => eve.api.get(`/groups/${group.id}`),
      () => eve.api.patch(`/groups/${group.id}`, { name: 'mine now' }),
      () => eve.api.delete(`/groups/${group.id}`),
      () => eve.api.post(`/groups/${group.id}/join`),
      () => eve.api.post(`/groups/${group.id}/read`, { seq: 1 }),
      () => eve.api.get(`/groups/${group.id}/members`),
      () => eve.api.post(`/groups/${group.id}/members`, { userId: eve.id }),
      () => eve.api.delete(`/groups/${group.id}/members/${bob.id}`),
      () => eve.api.get(`/messages?groupId=${group.id}`),
      () => eve.api.post('/messages', { groupId: group.id, text: 'hello' }),
    ];
    for (const route of routes) {
      const secret = await route();
      expect([secret.status, secret.body.code]).toEqual([404, 'group_not_found']);
    }
    expect((await eve.api.get(`/groups/${UNKNOWN}`)).body).toEqual((await eve.api.get(`/groups/${group.id}`)).body);
  });

  it('that are public show their profile to everyone and the rest to members', async () => {
    const group = await ann.group('public');
    expect((await eve.api.get<Group>(`/groups/${group.id}`)).body.membership).toBeNull();
    for (const answer of [
      await eve.api.get(`/groups/${group.id}/members`),
      await eve.api.get(`/messages?groupId=${group.id}`),
      await eve.api.post('/messages', { groupId: group.id, text: 'hello' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'not_a_member']);
    }
  });

  it('are renamed and described by the owner alone', async () => {
    const group = await ann.group('public', bob);
    const { body } = await ann.api.patch<Group>(`/groups/${group.id}`, { name: 'New', description: 'Words' });
    expect(body).toMatchObject({ name: 'New', description: 'Words', revision: 4 });
    const same = await ann.api.patch<Group>(`/groups/${group.id}`, { name: 'New' });
    expect(same.body).toMatchObject({ description: 'Words', revision: 4 });
    const cleared = await ann.api.patch<Group>(`/groups/${group.id}`, { description: null });
    expect(cleared.body).toMatchObject({ name: 'New', description: null, revision: 5 });
    expect((await bob.api.patch(`/groups/${group.id}`, { name: 'Mine' })).body.code).toBe('not_the_owner');
  });

  it('are erased by the owner alone, with their messages', async () => {
    const group = await ann.group('public', bob);
    const message = await bob.send(group.id, 'soon gone');
    expect((await bob.api.delete(`/groups/${group.id}`)).body.code).toBe('not_the_owner');
    expect((await ann.api.delete(`/groups/${group.id}`)).status).toBe(204);
    expect((await ann.api.get(`/groups/${group.id}`)).status).toBe(404);
    expect((await bob.api.patch(`/messages/${message.id}`, { text: 'x' })).body.code).toBe('message_not_found');
    expect((await ann.api.delete(`/groups/${group.id}`)).status).toBe(404);
  });

  it('leave no message behind when they are erased while messages come', async () => {
    const group = await ann.group('public', bob);
    const client = await bob.connect();
    const send = () => client.command('message:send', { groupId: group.id, text: 'now?' });
    const before = Array.from({ length: 20 }, send);
    await before[0];
    const erased = ann.api.delete(`/groups/${group.id}`);
    const answers = [];
    do answers.push(await send());
    while (!answers.at(-1)!.error);
    expect((await erased).status).toBe(204);
    const codes = [...(await Promise.all(before)), ...answers].map(({ error }) => error?.code);
    expect(new Set(codes)).toEqual(new Set([undefined, 'group_not_found']));
    expect(await app.database.query('SELECT FROM messages WHERE group_id = $1', [group.id])).toEqual([]);
    client.close();
  });

  it('take their messages along when they are erased in the database', async () => {
    const group = await ann.group('public', bob);
    const { id } = await bob.send(group.id, 'soon gone');
    await app.database.query('DELETE FROM groups WHERE id = $1', [group.id]);
    expect(await app.database.query('SELECT FROM messages WHERE id = $1', [id])).toEqual([]);
  });

  describe('Members', () => {
    it('join public groups, once', async () => {
      const group = await ann.group('public');
      const first = await bob.api.post<Group>(`/groups/${group.id}/join`);
      const again = await bob.api.post<Group>(`/groups/${group.id}/join`);
      expect(first.body).toMatchObject({ memberCount: 2, membership: { role: 'member' } });
      expect([again.status, again.body.memberCount, again.body.revision]).toEqual([200, 2, first.body.revision]);
    });

    it('have read everything that was said before they joined', async () => {
      const group = await ann.group('public');
      await ann.send(group.id, 'before');
      const { body } = await bob.api.post<Group>(`/groups/${group.id}/join`);
      expect(body.membership).toMatchObject({ readSeq: 1, unread: 0 });
    });

    it('are counted right when many join at once', async () => {
      const people = await Promise.all(Array.from({ length: 8 }, () => Person.register(app.url, 'crowd')));
      const group = await ann.group('public');
      await Promise.all(people.map(({ api }) => api.post(`/groups/${group.id}/join`)));
      const { body } = await ann.api.get<Group>(`/groups/${group.id}`);
      expect([body.memberCount, body.revision]).toEqual([9, 10]);
    });

    it('are added by the owner alone, once', async () => {
      const group = await ann.group('private', bob);
      const { status, body } = await ann.api.post<Member>(`/groups/${group.id}/members`, { userId: eve.id });
      expect([status, body.user.id, body.role]).toEqual([201, eve.id, 'member']);
      const again = await ann.api.post<Member>(`/groups/${group.id}/members`, { userId: eve.id });
      expect(again.body).toEqual(body);
      expect((await bob.api.post(`/groups/${group.id}/members`, { userId: eve.id })).body.code).toBe('not_the_owner');
      expect((await ann.api.post(`/groups/${group.id}/members`, { userId: UNKNOWN })).body.code).toBe('user_not_found');
    });

    it('are listed in the order in which they joined, in pages', async () => {
      const group = await ann.group('private', bob, eve);
      const first = await bob.api.get<Page<Member>>(`/groups/${group.id}/members?limit=2`);
      const second = await bob.api.get<Page<Member>>(
        `/groups/${group.id}/members?limit=2&cursor=${first.body.nextCursor}`,
      );
      expect([...first.body.items, ...second.body.items].map(({ user, role }) => [user.id, role])).toEqual([
        [ann.id, 'owner'],
        [bob.id, 'member'],
        [eve.id, 'member'],
      ]);
    });

    it('leave, and may come back to a public group', async () => {
      const group = await ann.group('public', bob);
      expect((await bob.api.delete(`/groups/${group.id}/members/${bob.id}`)).status).toBe(204);
      expect((await bob.api.get(`/messages?groupId=${group.id}`)).body.code).toBe('not_a_member');
      expect((await bob.api.delete(`/groups/${group.id}/members/${bob.id}`)).body.code).toBe('not_a_member');
      const { body } = await bob.api.post<Group>(`/groups/${group.id}/join`);
      expect(body.memberCount).toBe(2);
    });

    it('are removed by the owner alone', async () => {
      const group = await ann.group('private', bob, eve);
      expect((await bob.api.delete(`/groups/${group.id}/members/${eve.id}`)).body.code).toBe('not_the_owner');
      expect((await ann.api.delete(`/groups/${group.id}/members/${eve.id}`)).status).toBe(204);
      expect((await eve.api.get(`/groups/${group.id}`)).status).toBe(404);
      expect((await ann.api.delete(`/groups/${group.id}/members/${eve.id}`)).body.code).toBe('member_not_found');
    });

    it('who have been in the longest own the group when its owner leaves', async () => {
      const group = await ann.group('private', bob, eve);
      await ann.api.delete(`/groups/${group.id}/members/${ann.id}`);
      const { body } = await bob.api.get<Page<Member>>(`/groups/${group.id}/members`);
      expect(body.items.map(({ user, role }) => [user.id, role])).toEqual([
        [bob.id, 'owner'],
        [eve.id, 'member'],
      ]);
    });

    it('take the group with them when the last one leaves', async () => {
      const group = await ann.group('public');
      await ann.api.delete(`/groups/${group.id}/members/${ann.id}`);
      expect((await bob.api.get(`/groups/${group.id}`)).status).toBe(404);
    });
  });

  describe('Direct groups', () => {
    it('are the same for both, whoever asks, and show the other person', async () => {
      const mine = await ann.api.post<Group>('/groups', { kind: 'direct', userId: bob.id });
      const theirs = await bob.api.post<Group>('/groups', { kind: 'direct', userId: ann.id });
      expect(theirs.body.id).toBe(mine.body.id);
      expect(mine.body).toMatchObject({ kind: 'direct', name: null, memberCount: 2, peer: { id: bob.id } });
      expect(theirs.body.peer).toMatchObject({ id: ann.id, username: ann.user.username });
    });

    it('are made once when both ask many times at once', async () => {
      const [one, two] = [await Person.register(app.url, 'one'), await Person.register(app.url, 'two')];
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => {
          const [from, to] = index % 2 ? [one, two] : [two, one];
          return from.api.post<Group>('/groups', { kind: 'direct', userId: to.id });
        }),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect((await one.api.get<Page<Group>>('/groups')).body.items).toHaveLength(1);
    });

    it('stay as they are', async () => {
      const { body: group } = await ann.api.post<Group>('/groups', { kind: 'direct', userId: eve.id });
      for (const answer of [
        await ann.api.patch(`/groups/${group.id}`, { name: 'x' }),
        await ann.api.delete(`/groups/${group.id}`),
        await ann.api.post(`/groups/${group.id}/members`, { userId: bob.id }),
        await ann.api.delete(`/groups/${group.id}/members/${ann.id}`),
        await ann.api.delete(`/groups/${group.id}/members/${eve.id}`),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([409, 'direct_group_fixed']);
      }
      expect((await bob.api.get(`/groups/${group.id}`)).status).toBe(404);
    });

    it('need another user who exists, and no name', async () => {
      const make = (body: object) => ann.api.post('/groups', { kind: 'direct', ...body });
      expect((await make({ userId: ann.id })).body.errors?.[0]?.field).toBe('userId');
      expect((await make({ userId: UNKNOWN })).body.code).toBe('user_not_found');
      expect((await make({})).body.errors?.[0]?.field).toBe('userId');
      expect((await make({ userId: bob.id, name: 'x' })).body.errors?.[0]?.field).toBe('name');
    });
  });

  it('are a thousand of one user at most, however many begin at once and in whichever way', async () => {
    const person = await Person.register(app.url, 'collector');
    await app.database.query(
      `WITH made AS (
         INSERT INTO groups (id, kind, name, member_count, revision, profile_revision, members_revision)
         SELECT gen_random_uuid(), 'public', 'Many', 1, 2, 1, 2 FROM generate_series(1, 998) RETURNING id
       )
       INSERT INTO memberships (group_id, user_id, role, read_seq, revision, joined_revision, joined_at)
       SELECT id, $1, 'owner', 0, 2, 2, now() FROM made`,
      [person.id],
    );
    const [open, closed] = [await ann.group('public'), await bob.group('private')];
    const others = await Promise.all(['one', 'two', 'three'].map((name) => Person.register(app.url, name)));
    const answers = await Promise.all([
      person.api.post(`/groups/${open.id}/join`),
      bob.api.post(`/groups/${closed.id}/members`, { userId: person.id }),
      person.api.post('/groups', { kind: 'private', name: 'One more' }),
      person.api.post('/groups', { kind: 'direct', userId: others[0]!.id }),
      ...others.slice(1).map(({ api }) => api.post('/groups', { kind: 'direct', userId: person.id })),
    ]);
    const refused = answers.filter(({ status }) => status >= 400);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      Array.from({ length: answers.length - 2 }, () => [409, 'limit_reached']),
    );
  });

  it('begin for three people who write to each other in a circle at once', async () => {
    const circle = await Promise.all(['x', 'y', 'z'].map((name) => Person.register(app.url, `circle-${name}`)));
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, index) => {
        const [from, to] = [circle[index % 3]!, circle[(index + 1) % 3]!];
        return from.api.post('/groups', { kind: 'direct', userId: to.id });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  });

  it('say how far one has read, which only rises', async () => {
    const group = await ann.group('public', bob);
    for (const text of ['1', '2', '3']) await ann.send(group.id, text);
    await bob.send(group.id, '4');
    const read = async (seq: number) => (await bob.api.post(`/groups/${group.id}/read`, { seq })).body;
    expect(await read(2)).toEqual({ readSeq: 2, unread: 1 });
    expect(await read(1)).toEqual({ readSeq: 2, unread: 1 });
    expect(await read(99)).toEqual({ readSeq: 4, unread: 0 });
  });
});
