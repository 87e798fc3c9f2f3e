import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';
import { signLike } from '../support/tokens.js';

describe('Real time', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let eve: Person;
  let group: Group;

  beforeAll(async () => {
    app = await startApp();
  });
  beforeEach(async () => {
    [ann, bob, eve] = [
      await Person.register(app.url, 'ann'),
      await Person.register(app.url, 'bob'),
      await Person.register(app.url, 'eve'),
    ];
    group = await ann.group('public', bob);
  });
  afterAll(() => app.close());

  describe('Connecting', () => {
    it('is greeted with who one is and where one’s groups stand', async () => {
      await bob.send(group.id, 'one');
      const client = await ann.connect();
      expect(client.received[0]).toEqual({
        event: 'ready',
        payload: {
          user: ann.user,
          groups: [{ id: group.id, revision: 4, lastSeq: 1, readSeq: 0, unread: 1 }],
        },
      });
      ann.leave();
    });

    it.each([
      ['websocket', ['websocket']],
      ['polling', ['polling']],
    ])('works over %s', async (_, transports) => {
      const client = await ann.connect(undefined, { transports });
      const { seq } = await client.do('message:send', { groupId: group.id, text: 'hello' });
      expect((await client.next('message:created')).message.seq).toBe(seq);
      ann.leave();
    });

    it.each<[string, object, string]>([
      ['no token', {}, 'unauthenticated'],
      ['a wrong token', { token: 'wrong' }, 'unauthenticated'],
      ['cursors that are no object', { cursors: [1] }, 'validation_failed'],
      ['a cursor that is no group', { cursors: { x: 1 } }, 'validation_failed'],
      ['a cursor that is no revision', { cursors: { [randomUUID()]: -1 } }, 'validation_failed'],
    ])('is refused with %s', async (_, auth, code) => {
      const complete = code === 'unauthenticated' ? auth : { token: ann.token, ...auth };
      await expect(ChatClient.connect(app.url, { auth: complete })).rejects.toMatchObject({
        message: code,
        data: { code, type: `urn:messendger:problem:${code}` },
      });
    });

    it('ends when the token does, and says so', async () => {
      const token = signLike(ann.token, { expiresIn: 2 });
      const client = await ChatClient.connect(app.url, { auth: { token } });
      expect(await client.next('closing')).toMatchObject({ code: 'token_expired' });
      await client.until(() => !client.connected, 'the end of the connection');
    });
  });

  describe('Messages', () => {
    it('reach every connection of every member, the sender’s included, and nobody else', async () => {
      const inside = [await ann.connect(), await ann.connect(), await bob.connect()];
      const outside = await eve.connect();
      const sent = await inside[0]!.do('message:send', { groupId: group.id, text: 'hello' });
      for (const client of inside) {
        const { revision, message } = await client.next('message:created');
        expect([revision, message]).toEqual([sent.revision, sent]);
      }
      expect(outside.received.map(({ event }) => event)).toEqual(['ready']);
      [ann, bob, eve].forEach((person) => person.leave());
    });

    it('sent over REST arrive as well', async () => {
      const client = await bob.connect();
      const sent = await ann.send(group.id, 'over REST');
      expect((await client.next('message:created')).message).toEqual(sent);
      bob.leave();
    });

    it('of one connection keep their order without waiting for each other', async () => {
      const [sender, receiver] = [await ann.connect(), await bob.connect()];
      const texts = Array.from({ length: 300 }, (_, index) => `${index}`);
      const sent = await Promise.all(texts.map((text) => sender.do('message:send', { groupId: group.id, text })));
      expect(sent.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
      await receiver.until(() => receiver.textsOf(group.id).length === texts.length);
      expect(receiver.textsOf(group.id)).toEqual(texts);
      [ann, bob].forEach((person) => person.leave());
    });

    it('of many senders arrive at all in the same order, every revision once', async () => {
      const clients = [await ann.connect(), await bob.connect(), await bob.connect()];
      await Promise.all(
        clients.flatMap((client, who) =>
          Array.from({ length: 100 }, (_, index) =>
            client.do('message:send', { groupId: group.id, text: `${who}-${index}` }),
          ),
        ),
      );
      for (const client of clients) {
        await client.until(() => client.changesOf(group.id).length === 300);
        const revisions = client.changesOf(group.id).map(({ payload }) => payload.revision);
        expect(revisions).toEqual(Array.from({ length: 300 }, (_, index) => index + 4));
      }
      expect(clients[1]!.textsOf(group.id)).toEqual(clients[0]!.textsOf(group.id));
      [ann, bob].forEach((person) => person.leave());
    });

    it('can be edited and deleted before their sending was acknowledged', async () => {
      const client = await ann.connect();
      const id = randomUUID();
      const answers = await Promise.all([
        client.do('message:send', { groupId: group.id, id, text: 'one' }),
        client.do('message:edit', { id, text: 'two' }),
        client.do('message:delete', { id }),
      ]);
      expect(answers.map(({ text, revision }) => [text, revision])).toEqual([
        ['one', 4],
        ['two', 5],
        ['', 6],
      ]);
      await client.next('message:deleted');
      expect(client.changesOf(group.id).map(({ event }) => event)).toEqual([
        'message:created',
        'message:updated',
        'message:deleted',
      ]);
      ann.leave();
    });
  });

  describe('Members and groups', () => {
    it('who join get the group at once on all of their connections, and then what is live', async () => {
      const clients = [await eve.connect(), await eve.connect()];
      const witness = await bob.connect();
      await eve.api.post(`/groups/${group.id}/join`);
      for (const client of clients) {
        expect((await client.next('group:added')).group).toMatchObject({
          id: group.id,
          membership: { role: 'member' },
        });
      }
      expect((await witness.next('member:joined')).member.user.id).toBe(eve.id);
      await ann.send(group.id, 'welcome');
      for (const client of clients) expect((await client.next('message:created')).message.text).toBe('welcome');
      [bob, eve].forEach((person) => person.leave());
    });

    it('who are added or get a direct group are told as well', async () => {
      const client = await eve.connect();
      const secret = await ann.group('private', eve);
      await client.next('group:added', ({ group }) => group.id === secret.id);
      const { body: direct } = await bob.api.post<Group>('/groups', { kind: 'direct', userId: eve.id });
      const { group: added } = await client.next('group:added', ({ group }) => group.id === direct.id);
      expect(added.peer?.id).toBe(bob.id);
      eve.leave();
    });

    it.each<['left' | 'removed']>([['left'], ['removed']])('who %s get nothing more', async (reason) => {
      const [goes, stays] = [await bob.connect(), await ann.connect()];
      const by = reason === 'left' ? bob : ann;
      await by.api.delete(`/groups/${group.id}/members/${bob.id}`);
      expect(await goes.next('group:removed')).toEqual({ groupId: group.id, reason });
      const { member } = await stays.next('member:left');
      expect([member.user.id, member.removedBy]).toEqual([bob.id, reason === 'left' ? null : ann.id]);
      await ann.send(group.id, 'among us');
      await stays.next('message:created');
      expect((await goes.command('message:send', { groupId: group.id, text: 'x' })).error?.code).toBe('not_a_member');
      expect((await goes.command('group:sync', { groupId: group.id, after: 0 })).error?.code).toBe('not_a_member');
      expect((await goes.command('typing', { groupId: group.id })).error?.code).toBe('group_not_found');
      expect(goes.changesOf(group.id)).toEqual([]);
      [ann, bob].forEach((person) => person.leave());
    });

    it('see who owns the group after its owner left', async () => {
      const client = await bob.connect();
      await ann.api.delete(`/groups/${group.id}/members/${ann.id}`);
      const { revision, member } = await client.next('member:updated');
      expect([revision, member.user.id, member.role]).toEqual([5, bob.id, 'owner']);
      bob.leave();
    });

    it('see the group renamed, and erased', async () => {
      const client = await bob.connect();
      await ann.api.patch(`/groups/${group.id}`, { name: 'Renamed' });
      expect((await client.next('group:updated')).group.name).toBe('Renamed');
      await ann.api.delete(`/groups/${group.id}`);
      expect(await client.next('group:removed')).toEqual({ groupId: group.id, reason: 'deleted' });
      bob.leave();
    });

    it('see how far each has read, and who is typing', async () => {
      const [a, b] = [await ann.connect(), await bob.connect()];
      await ann.send(group.id, 'read me');
      expect(await b.do('group:read', { groupId: group.id, seq: 1 })).toEqual({ readSeq: 1, unread: 0 });
      expect(await a.next('group:read')).toEqual({ groupId: group.id, userId: bob.id, readSeq: 1 });
      await b.do('typing', { groupId: group.id });
      expect(await a.next('typing')).toEqual({ groupId: group.id, userId: bob.id });
      expect(b.all('typing')).toEqual([]);
      [ann, bob].forEach((person) => person.leave());
    });
  });

  describe('Commands', () => {
    it('are acknowledged with a problem when they are not what they should be', async () => {
      const client = await ann.connect();
      expect((await client.raw('message:send')).error).toMatchObject({ code: 'validation_failed', status: 400 });
      expect((await client.raw('no:such')).error).toMatchObject({ code: 'unknown_command' });
      expect((await client.raw('typing', { groupId: group.id }, 'more')).error).toMatchObject({
        code: 'validation_failed',
      });
      const { error } = await client.command('message:send', { groupId: group.id, text: ' ' });
      expect(error?.errors?.map(({ field }) => field)).toContain('text');
      ann.leave();
    });

    it('without an acknowledgement are carried out all the same', async () => {
      const client = await ann.connect();
      (client.socket as unknown as { emit(...args: unknown[]): void }).emit('message:send', {
        groupId: group.id,
        text: 'no ack',
      });
      expect((await client.next('message:created')).message.text).toBe('no ack');
      ann.leave();
    });
  });
});
