import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group, Message, Page } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';

describe('Messages', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;

  beforeAll(async () => {
    app = await startApp();
    [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
  });
  beforeEach(async () => {
    group = await ann.group('private', bob);
  });
  afterAll(() => app.close());

  const send = (person: Person, body: object, headers?: Record<string, string>) =>
    person.api.post<Message>('/messages', { groupId: group.id, ...body }, headers);
  const list = async (query = '') => (await ann.api.get<Page<Message>>(`/messages?groupId=${group.id}${query}`)).body;

  it('are stored with the sender, the next seq and the next revision', async () => {
    const { status, body } = await send(ann, { text: '  hello 👋  ' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      groupId: group.id,
      seq: 1,
      revision: 4,
      sender: { id: ann.id, username: ann.user.username, displayName: ann.user.displayName },
      text: 'hello 👋',
      replyTo: null,
      reactions: [],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      editedAt: null,
      deletedAt: null,
      pinnedAt: null,
      pinnedBy: null,
    });
    expect((await list()).items).toEqual([body]);
  });

  it('get dense seqs and revisions when many are sent at once by many', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, index) => send(index % 2 ? ann : bob, { text: `${index}` })));
    const rows = await app.database.query<{ seq: number; revision: number }>(
      'SELECT seq::int, revision::int FROM messages WHERE group_id = $1 ORDER BY seq',
      [group.id],
    );
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(rows.map(({ revision }) => revision)).toEqual(Array.from({ length: 200 }, (_, index) => index + 4));
  });

  describe('Sent again with the same id', () => {
    it('answer with the message as it was stored, once', async () => {
      const id = randomUUID();
      const first = await send(ann, { id, text: 'once' });
      const again = await send(ann, { id: id.toUpperCase(), text: ' once ' });
      expect([again.status, again.body]).toEqual([201, first.body]);
      expect((await list()).items).toHaveLength(1);
    });

    it('are stored once however many come at the same time', async () => {
      const id = randomUUID();
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(ann, { id, text: 'once' })));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.seq}`))).toEqual(new Set(['201 1']));
      await send(ann, { text: 'next' });
      expect((await list()).items.map(({ seq, text }) => [seq, text])).toEqual([
        [1, 'once'],
        [2, 'next'],
      ]);
    });

    it('do not hold up or harm the other sends of the same moment', async () => {
      const id = randomUUID();
      await send(ann, { id, text: 'once' });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => send(ann, index % 4 ? { text: `${index}` } : { id, text: 'once' })),
      );
      expect(answers.every(({ status }) => status === 201)).toBe(true);
      expect((await list('&limit=100')).items.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 31 }, (_, i) => i + 1),
      );
    });

    it('are still recognised after an edit, and after a deletion', async () => {
      const id = randomUUID();
      await send(ann, { id, text: 'first words' });
      await ann.api.patch(`/messages/${id}`, { text: 'second words' });
      expect((await send(ann, { id, text: 'first words' })).body).toMatchObject({ id, seq: 1, text: 'second words' });
      expect((await send(ann, { id, text: 'second words' })).status).toBe(409);
      await ann.api.delete(`/messages/${id}`);
      expect((await send(ann, { id, text: 'first words' })).body).toMatchObject({ id, seq: 1, text: '' });
    });

    it('are still recognised when the sender is not a member any more', async () => {
      const id = randomUUID();
      const first = await send(bob, { id, text: 'before I go' });
      await ann.api.delete(`/groups/${group.id}/members/${bob.id}`);
      expect((await send(bob, { id, text: 'before I go' })).body).toEqual(first.body);
      expect((await send(bob, { text: 'after' })).status).toBe(404);
    });

    it('tell a former member nothing that came after, and answer the same whatever others do', async () => {
      const { body: question } = await send(ann, { text: 'Why?' });
      const draft = { id: randomUUID(), text: 'Because.', replyTo: question.id };
      const { body: first } = await send(bob, draft);
      const client = await bob.connect();
      await ann.api.delete(`/groups/${group.id}/members/${bob.id}`);
      await client.next('group:removed');
      const confirmed = { ...first, replyTo: { ...first.replyTo, excerpt: '' } };
      expect((await send(bob, draft)).body).toEqual(confirmed);

      await ann.api.patch(`/messages/${question.id}`, { text: 'A secret of those who stayed' });
      await ann.api.put(`/messages/${draft.id}/reactions/%F0%9F%91%8D`);
      await ann.api.put(`/messages/${draft.id}/pin`);
      const again = await send(bob, draft);
      expect([again.status, again.body]).toEqual([201, confirmed]);
      expect(await client.do('message:send', { groupId: group.id, ...draft })).toEqual(confirmed);

      await ann.api.post(`/groups/${group.id}/members`, { userId: bob.id });
      expect((await send(bob, draft)).body).toMatchObject({ pinnedBy: ann.id, reactions: [{ userIds: [ann.id] }] });
      bob.leave();
    });

    it('confirm to a former member the text as first sent, also of a message that they edited or deleted', async () => {
      const edited = { id: randomUUID(), text: 'first words' };
      const deleted = { id: randomUUID(), text: 'soon gone' };
      const [first, second] = [(await send(bob, edited)).body, (await send(bob, deleted)).body];
      await bob.api.patch(`/messages/${edited.id}`, { text: 'second words' });
      await bob.api.delete(`/messages/${deleted.id}`);
      await bob.api.delete(`/groups/${group.id}/members/${bob.id}`);
      expect([(await send(bob, edited)).body, (await send(bob, deleted)).body]).toEqual([first, second]);
      const other = await send(bob, { ...edited, text: 'second words' });
      expect([other.status, other.body]).toMatchObject([409, { code: 'message_id_conflict' }]);
    });

    it('conflict with anything different', async () => {
      const id = randomUUID();
      const first = await send(ann, { id, text: 'one' });
      const other = await ann.group('private', bob);
      for (const answer of [
        await send(ann, { id, text: 'two' }),
        await send(bob, { id, text: 'one' }),
        await send(ann, { id, text: 'one', groupId: other.id }),
        await send(ann, { id, text: 'one', replyTo: first.body.id }),
      ]) {
        expect([answer.status, (answer.body as unknown as { code: string }).code]).toEqual([
          409,
          'message_id_conflict',
        ]);
      }
      expect((await list()).items).toEqual([first.body]);
    });

    it('take the id from the Idempotency-Key header too', async () => {
      const id = randomUUID();
      const first = await send(ann, { text: 'key' }, { 'idempotency-key': id });
      const again = await send(ann, { text: 'key' }, { 'idempotency-key': `"${id}"` });
      expect([first.body.id, again.body]).toEqual([id, first.body]);
      const bad = await ann.api.post('/messages', { groupId: group.id, text: 'x' }, { 'idempotency-key': 'x' });
      expect([bad.status, bad.body.errors?.[0]?.field]).toEqual([400, 'Idempotency-Key']);
      const differs = await ann.api.post(
        '/messages',
        { groupId: group.id, text: 'x', id: randomUUID() },
        { 'idempotency-key': id },
      );
      expect(differs.status).toBe(400);
    });
  });

  describe('Replies', () => {
    it('quote the beginning of what they answer', async () => {
      const { body: question } = await send(ann, { text: `Why? ${'x'.repeat(300)}` });
      const { body: reply } = await send(bob, { text: 'Because.', replyTo: question.id });
      expect(reply.replyTo).toEqual({
        id: question.id,
        seq: 1,
        sender: question.sender,
        excerpt: question.text.slice(0, 200),
      });
      await ann.api.delete(`/messages/${question.id}`);
      expect((await list()).items[1]!.replyTo).toMatchObject({ id: question.id, excerpt: '' });
    });

    it('carry it wherever they are told', async () => {
      const [a, b] = [await ann.connect(), await bob.connect()];
      const question = await a.do('message:send', { groupId: group.id, text: 'Why?' });
      const replyTo = { id: question.id, seq: 1, sender: question.sender, excerpt: 'Why?' };
      const reply = await b.do('message:send', { groupId: group.id, text: 'Because.', replyTo: question.id });
      expect(reply.replyTo).toEqual(replyTo);
      expect((await a.next('message:created', ({ message }) => message.id === reply.id)).message).toEqual(reply);
      const again = await send(bob, { id: reply.id, text: 'Because.', replyTo: question.id });
      expect(again.body).toEqual(reply);
      expect((await list()).items[1]).toEqual(reply);
      expect((await ann.api.get<Group>(`/groups/${group.id}`)).body.lastMessage).toEqual(reply);
      const back = await ann.connect({ [group.id]: question.revision });
      await back.next('group:synced');
      expect(back.all('message:created').map(({ message }) => message)).toEqual([reply]);
      const { changes } = await back.do('group:sync', { groupId: group.id, after: question.revision });
      expect(changes.map(({ payload }) => 'message' in payload && payload.message)).toEqual([reply]);
      const { body: edited } = await bob.api.patch<Message>(`/messages/${reply.id}`, { text: 'Just because.' });
      expect(edited.replyTo).toEqual(replyTo);
      await a.do('message:edit', { id: question.id, text: 'Why not?' });
      expect((await list()).items[1]!.replyTo).toEqual({ ...replyTo, excerpt: 'Why not?' });
      [ann, bob].forEach((person) => person.leave());
    });

    it('answer only messages of the same group', async () => {
      const other = await ann.group('private');
      const elsewhere = await ann.send(other.id, 'elsewhere');
      for (const replyTo of [elsewhere.id, randomUUID()]) {
        const { status, body } = await ann.api.post('/messages', { groupId: group.id, text: 'x', replyTo });
        expect([status, body.errors?.[0]?.field]).toEqual([400, 'replyTo']);
      }
      expect((await list()).items).toEqual([]);
    });
  });

  describe('History', () => {
    beforeEach(async () => {
      for (let seq = 1; seq <= 10; seq += 1) await send(ann, { text: `${seq}` });
    });
    const seqs = async (query: string) => (await list(query)).items.map(({ seq }) => seq);

    it('is the newest page by default, in seq order', async () => {
      expect(await seqs('')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await seqs('&limit=3')).toEqual([8, 9, 10]);
    });

    it('goes back, forth and around', async () => {
      expect(await seqs('&before=5&limit=3')).toEqual([2, 3, 4]);
      expect(await seqs('&after=5&limit=3')).toEqual([6, 7, 8]);
      expect(await seqs('&around=5&limit=3')).toEqual([4, 5, 6]);
      expect(await seqs('&around=10&limit=3')).toEqual([8, 9, 10]);
      expect(await seqs('&before=1')).toEqual([]);
      expect(await seqs('&after=10')).toEqual([]);
      expect(await seqs('&before=9007199254740991&limit=1')).toEqual([10]);
    });

    it('is walked with the cursors of each page, to both ends', async () => {
      const newest = await list('&limit=4');
      expect(newest.nextCursor).toBeNull();
      const older = await list(`&limit=4&before=${newest.prevCursor}`);
      const oldest = await list(`&limit=4&before=${older.prevCursor}`);
      expect(oldest.items.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(oldest.prevCursor).toBeNull();
      expect((await list(`&limit=4&after=${oldest.nextCursor}`)).items.map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
    });

    it('takes one direction at a time, and no more than 100', async () => {
      expect((await ann.api.get(`/messages?groupId=${group.id}&before=1&after=2`)).status).toBe(400);
      expect((await ann.api.get(`/messages?groupId=${group.id}&limit=101`)).body.errors?.[0]?.field).toBe('limit');
    });
  });

  describe('Edits and deletions', () => {
    it('are the author’s alone', async () => {
      const { body: message } = await send(ann, { text: 'mine' });
      expect((await bob.api.patch(`/messages/${message.id}`, { text: 'x' })).body.code).toBe('not_the_author');
      expect((await bob.api.delete(`/messages/${message.id}`)).body.code).toBe('not_the_author');
    });

    it('change the text with a revision of their own, and keep the seq', async () => {
      const { body: message } = await send(ann, { text: 'befor' });
      const { status, body } = await ann.api.patch<Message>(`/messages/${message.id}`, { text: 'before' });
      expect(status).toBe(200);
      expect(body).toEqual({
        ...message,
        text: 'before',
        revision: message.revision + 1,
        editedAt: expect.any(String),
      });
      const same = await ann.api.patch<Message>(`/messages/${message.id}`, { text: 'before' });
      expect(same.body).toEqual(body);
    });

    it('leave a tombstone, once', async () => {
      const { body: message } = await send(ann, { text: 'oops' });
      const { status, body } = await ann.api.delete<Message>(`/messages/${message.id}`);
      expect([status, body.text, body.seq, body.revision]).toEqual([200, '', 1, message.revision + 1]);
      expect((await ann.api.delete<Message>(`/messages/${message.id}`)).body).toEqual(body);
      expect((await ann.api.patch(`/messages/${message.id}`, { text: 'x' })).body.code).toBe('message_deleted');
      expect((await list()).items).toEqual([body]);
    });

    it('are not for former members, for whom the message does not exist', async () => {
      const { body: message } = await send(bob, { text: 'mine' });
      await ann.api.delete(`/groups/${group.id}/members/${bob.id}`);
      expect((await bob.api.patch(`/messages/${message.id}`, { text: 'x' })).body.code).toBe('message_not_found');
      expect((await bob.api.delete(`/messages/${randomUUID()}`)).body.code).toBe('message_not_found');
    });
  });

  it('do not count as unread when deleted, or one’s own', async () => {
    const { body: gone } = await send(ann, { text: 'gone' });
    await send(ann, { text: 'stays' });
    await send(bob, { text: 'own' });
    await ann.api.delete(`/messages/${gone.id}`);
    const { body } = await bob.api.get<Group>(`/groups/${group.id}`);
    expect(body.membership!.unread).toBe(1);
  });
});
