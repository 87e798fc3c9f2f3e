import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Change, Group, Message, Page, Reaction } from '../../src/changes/contract.js';
import { type Answer } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';

/** Emoji of one code point each. */
const MANY = Array.from({ length: 20 }, (_, index) => String.fromCodePoint(0x1f600 + index));

describe('Reactions', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;
  let message: Message;

  beforeAll(async () => {
    app = await startApp();
    [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
  });
  beforeEach(async () => {
    group = await ann.group('private', bob);
    message = await ann.send(group.id, 'Cake?');
  });
  afterEach(() => [ann, bob].forEach((person) => person.leave()));
  afterAll(() => app.close());

  const path = (emoji: string, id = message.id) => `/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
  const add = <T = Message>(person: Person, emoji: string, id?: string) => person.api.put<T>(path(emoji, id));
  const remove = <T = Message>(person: Person, emoji: string, id?: string) => person.api.delete<T>(path(emoji, id));
  const summary = (emoji: string, ...people: Person[]) => ({
    emoji,
    count: people.length,
    userIds: people.map(({ id }) => id),
  });
  const revision = async () => (await ann.api.get<Group>(`/groups/${group.id}`)).body.revision;
  const history = async () => (await ann.api.get<Page<Message>>(`/messages?groupId=${group.id}`)).body.items;
  const refusal = ({ status, body }: Answer<{ code: string }>) => [status, body.code];

  it('are shown with the message by emoji, in the order in which they came', async () => {
    expect(message.reactions).toEqual([]);
    await add(bob, '🎂');
    await add(ann, '👍');
    const { status, body } = await add(ann, '🎂');
    expect(status).toBe(200);
    expect(body).toEqual({
      ...message,
      revision: message.revision + 3,
      reactions: [summary('🎂', bob, ann), summary('👍', ann)],
    });
    expect(await history()).toEqual([body]);
    expect((await ann.api.get<Group>(`/groups/${group.id}`)).body.lastMessage).toEqual(body);
  });

  it('are taken back one by one, and an emoji goes with its last one', async () => {
    await add(ann, '👍');
    await add(bob, '👍');
    await add(bob, '🎂');
    expect((await remove(ann, '👍')).body.reactions).toEqual([summary('👍', bob), summary('🎂', bob)]);
    expect((await remove(bob, '👍')).body.reactions).toEqual([summary('🎂', bob)]);
    expect((await remove(bob, '🎂')).body.reactions).toEqual([]);
  });

  it('change nothing and take no revision when they are repeated', async () => {
    const client = await ann.connect();
    const { body: once } = await add(bob, '👍');
    for (const again of [await add(bob, '👍'), await remove(ann, '👍'), await remove(bob, '🎂')]) {
      expect([again.status, again.body]).toEqual([200, once]);
    }
    await remove(bob, '👍');
    const { body: gone } = await remove(bob, '👍');
    expect(gone).toMatchObject({ revision: once.revision + 1, reactions: [] });
    expect(await revision()).toBe(gone.revision);
    await client.until(() => client.cursorOf(group.id) === gone.revision);
    expect(client.all('message:updated')).toHaveLength(2);
  });

  it('stay with a message that is edited, sent again or quoted', async () => {
    const id = randomUUID();
    await ann.api.post('/messages', { groupId: group.id, id, text: 'first' });
    await add(bob, '👍', id);
    const { body: edited } = await ann.api.patch<Message>(`/messages/${id}`, { text: 'second' });
    expect(edited.reactions).toEqual([summary('👍', bob)]);
    const again = await ann.api.post<Message>('/messages', { groupId: group.id, id, text: 'first' });
    expect(again.body).toEqual(edited);
    const reply = await bob.api.post<Message>('/messages', { groupId: group.id, text: 'Yes', replyTo: id });
    expect(reply.body.reactions).toEqual([]);
  });

  it('stay when the one who reacted leaves', async () => {
    await add(bob, '👍');
    await ann.api.delete(`/groups/${group.id}/members/${bob.id}`);
    expect((await history())[0]?.reactions).toEqual([summary('👍', bob)]);
  });

  describe('Over sockets', () => {
    it('are acknowledged with the message, and told to every member as it is now', async () => {
      const [a, b] = [await ann.connect(), await bob.connect()];
      const given = await b.do('reaction:add', { messageId: message.id, emoji: '❤️' });
      expect(given).toEqual({ ...message, revision: message.revision + 1, reactions: [summary('❤️', bob)] });
      const payload = { groupId: group.id, revision: given.revision, message: given };
      expect(await a.next('message:updated')).toEqual(payload);
      expect(await b.next('message:updated')).toEqual(payload);
      const taken = await b.do('reaction:remove', { messageId: message.id, emoji: '❤️' });
      expect(taken).toEqual({ ...message, revision: message.revision + 2 });
      expect((await a.next('message:updated', ({ revision }) => revision === taken.revision)).message).toEqual(taken);
    });

    it('follow a message that was sent just before, in the order of the commands', async () => {
      const client = await ann.connect();
      const id = randomUUID();
      const [, reacted, unreacted] = await Promise.all([
        client.do('message:send', { groupId: group.id, id, text: 'Mine' }),
        client.do('reaction:add', { messageId: id, emoji: '👍' }),
        client.do('reaction:remove', { messageId: id, emoji: '👍' }),
      ]);
      expect([reacted.reactions, unreacted.reactions]).toEqual([[summary('👍', ann)], []]);
    });
  });

  describe('Caught up after an absence', () => {
    const brief = (changes: Change[]) =>
      changes.map(({ event, payload }) => [event, 'message' in payload && payload.message.reactions]);

    it('come as an update of what the client has, and with what is new to it', async () => {
      const cursor = await revision();
      const fresh = await ann.send(group.id, 'New');
      await add(bob, '👍', fresh.id);
      await add(bob, '🎂');
      await add(ann, '🎂');
      const expected = [
        ['message:created', [summary('👍', bob)]],
        ['message:updated', [summary('🎂', bob, ann)]],
      ];
      const client = await bob.connect({ [group.id]: cursor });
      await client.next('group:synced');
      expect(brief(client.changesOf(group.id))).toEqual(expected);
      const { changes } = await client.do('group:sync', { groupId: group.id, after: cursor });
      expect(brief(changes)).toEqual(expected);
    });

    it('come with the newest page when too much was missed', async () => {
      await add(bob, '👍');
      const client = await ann.connect({ [group.id]: 999_999 });
      const { messages } = await client.next('group:reset');
      expect(messages[0]?.reactions).toEqual([summary('👍', bob)]);
    });
  });

  it('are counted right when fifty people react at once, each with a revision of its own', async () => {
    const people = await Promise.all(Array.from({ length: 50 }, () => Person.register(app.url, 'crowd')));
    const crowd = await ann.group('public', ...people);
    const cake = await ann.send(crowd.id, 'Cake!');
    const client = await ann.connect();
    const answers = await Promise.all(people.map((person) => add(person, '🎂', cake.id)));
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.reactions[0]!.count)).size).toBe(50);

    await client.until(() => client.cursorOf(crowd.id) === cake.revision + 50);
    expect(client.changesOf(crowd.id).map(({ payload }) => payload.revision)).toEqual(
      Array.from({ length: 50 }, (_, index) => cake.revision + 1 + index),
    );
    const shown = client.all('message:updated').at(-1)!.message.reactions;
    expect(shown).toEqual([{ emoji: '🎂', count: 50, userIds: expect.any(Array) }]);
    expect(shown[0]!.userIds).toHaveLength(20);

    // Half of them take it back, the named ones among them: the others move up.
    const back = people.filter(({ id }, index) => shown[0]!.userIds.includes(id) || index % 2 === 0);
    await Promise.all(back.map((person) => remove(person, '🎂', cake.id)));
    const left = people.filter((person) => !back.includes(person)).map(({ id }) => id);
    const { body } = await ann.api.get<Page<Message>>(`/messages?groupId=${crowd.id}`);
    const [after] = body.items[0]!.reactions;
    expect([after!.count, after!.userIds.length]).toEqual([left.length, Math.min(20, left.length)]);
    expect(left).toEqual(expect.arrayContaining(after!.userIds));
  });

  describe('The list of them', () => {
    it('says who reacted with what, in pages', async () => {
      await add(ann, '👍');
      await add(bob, '👍');
      await add(bob, '🎂');
      const list = async (query = '') =>
        (await ann.api.get<Page<Reaction>>(`/messages/${message.id}/reactions?${query}`)).body;
      const all = await list();
      expect(all.items).toContainEqual({
        emoji: '🎂',
        user: { id: bob.id, username: bob.user.username, displayName: bob.user.displayName },
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      const first = await list('limit=2');
      const second = await list(`limit=2&cursor=${first.nextCursor}`);
      expect([...first.items, ...second.items]).toEqual(all.items);
      expect([all.items.length, second.nextCursor]).toEqual([3, null]);
      const emoji = encodeURIComponent('👍');
      expect((await list(`emoji=${emoji}`)).items.map(({ user }) => user.id)).toEqual([ann.id, bob.id].sort());
      expect((await list(`userId=${bob.id}`)).items.map((one) => one.emoji).sort()).toEqual(['🎂', '👍'].sort());
      expect((await list(`userId=${ann.id}&emoji=${encodeURIComponent('🎂')}`)).items).toEqual([]);
    });

    it('is for members', async () => {
      const eve = await Person.register(app.url, 'eve');
      const list = () => eve.api.get(`/messages/${message.id}/reactions`);
      expect(refusal(await list())).toEqual([404, 'message_not_found']);
    });
  });

  describe('Are refused', () => {
    it('by a message that is deleted, which loses those that it had', async () => {
      const client = await bob.connect();
      await add(bob, '👍');
      await ann.api.delete(`/messages/${message.id}`);
      expect((await client.next('message:deleted')).message.reactions).toEqual([]);
      expect((await history())[0]).toMatchObject({ text: '', reactions: [] });
      expect(await app.database.query('SELECT 1 FROM reactions WHERE message_id = $1', [message.id])).toEqual([]);
      expect(refusal(await add(bob, '👍'))).toEqual([409, 'message_deleted']);
      expect(refusal(await remove(bob, '👍'))).toEqual([409, 'message_deleted']);
    });

    it('from who is not a member, as far as they may see the group', async () => {
      const eve = await Person.register(app.url, 'eve');
      const open = await ann.group('public');
      const visible = await ann.send(open.id, 'Hello');
      for (const react of [add, remove]) {
        expect(refusal(await react(eve, '👍', message.id))).toEqual([404, 'message_not_found']);
        expect(refusal(await react(eve, '👍', visible.id))).toEqual([403, 'not_a_member']);
        expect(refusal(await react(eve, '👍', randomUUID()))).toEqual([404, 'message_not_found']);
      }
      const client = await eve.connect();
      const { error } = await client.command('reaction:add', { messageId: message.id, emoji: '👍' });
      expect(error?.code).toBe('message_not_found');
      eve.leave();
    });

    it.each([
      ['a letter', 'a'],
      ['a digit', '1'],
      ['words', 'thumbs up'],
      ['two emoji', '👍🎂'],
      ['an emoji and a space', '👍 '],
      ['an emoji and a joiner', '👍\u200d'],
      ['a skin tone of nothing', 'a🏽'],
      ['half of a flag', '🇩'],
      ['a sign that is drawn as text', '❤'],
      ['a lone surrogate', '\ud83d'],
      ['NUL', '\0'],
      ['very long', '👍'.repeat(5_000)],
    ])('when it is %s', async (_, emoji) => {
      const client = await bob.connect();
      const { error } = await client.command('reaction:add', { messageId: message.id, emoji });
      expect([error?.code, error?.errors?.map(({ field }) => field)]).toEqual(['validation_failed', ['emoji']]);
      expect(error?.errors?.[0]?.message).toBe('emoji must be exactly one emoji, fully qualified');
      if (!emoji.isWellFormed() || emoji.length > 1_000) return;
      const { status, body } = await bob.api.put(path(emoji));
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, 'validation_failed', 'emoji']);
    });

    it.each([5, null, ['👍'], { emoji: '👍' }, '', undefined])('when it is %p', async (emoji) => {
      const client = await bob.connect();
      const { error } = await client.raw('reaction:add', { messageId: message.id, emoji });
      expect(error?.errors?.map(({ field }) => field)).toEqual(['emoji']);
    });

    it('when the path cannot be decoded', async () => {
      expect(refusal(await bob.api.put(`/messages/${message.id}/reactions/%F0%9F`))).toEqual([
        400,
        'malformed_request',
      ]);
    });

    it('when a message has twenty different ones, until one goes', async () => {
      for (const emoji of MANY) expect((await add(ann, emoji)).status).toBe(200);
      expect(refusal(await add(bob, '🎂'))).toEqual([409, 'limit_reached']);
      expect((await add(bob, MANY[3]!)).body.reactions[3]).toEqual(summary(MANY[3]!, ann, bob));
      await remove(ann, MANY[0]!);
      expect((await add(bob, '🎂')).body.reactions.at(-1)).toEqual(summary('🎂', bob));
    });
  });

  it.each([
    ['a skin tone', '👍🏽'],
    ['a flag', '🇩🇪'],
    ['a flag of a region', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a family', '👩‍👩‍👧‍👦'],
    ['a keycap', '1️⃣'],
    ['a heart', '❤️'],
  ])('may be %s', async (_, emoji) => {
    expect((await add(bob, emoji)).body.reactions).toEqual([summary(emoji, bob)]);
    expect((await remove(bob, emoji)).body.reactions).toEqual([]);
  });

  it('go with their group', async () => {
    await add(bob, '👍');
    expect((await ann.api.delete(`/groups/${group.id}`)).status).toBe(204);
    expect(await app.database.query('SELECT 1 FROM reactions WHERE message_id = $1', [message.id])).toEqual([]);
  });
});
