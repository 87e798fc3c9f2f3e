import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group, Message, Page } from '../../src/changes/contract.js';
import { type Answer } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';

describe('Pins', () => {
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
    message = await bob.send(group.id, 'The address is …');
  });
  afterEach(() => [ann, bob].forEach((person) => person.leave()));
  afterAll(() => app.close());

  const pin = <T = Message>(person: Person, id = message.id) => person.api.put<T>(`/messages/${id}/pin`);
  const unpin = <T = Message>(person: Person, id = message.id) => person.api.delete<T>(`/messages/${id}/pin`);
  const pinned = async (groupId = group.id) =>
    (await bob.api.get<{ items: Message[] }>(`/messages/pinned?groupId=${groupId}`)).body.items;
  const revision = async () => (await ann.api.get<Group>(`/groups/${group.id}`)).body.revision;
  const refusal = ({ status, body }: Answer<{ code: string }>) => [status, body.code];

  it('are shown with the message: when, and by whom', async () => {
    expect(message).toMatchObject({ pinnedAt: null, pinnedBy: null });
    const { status, body } = await pin(ann);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...message,
      revision: message.revision + 1,
      pinnedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      pinnedBy: ann.id,
    });
    const { body: page } = await bob.api.get<Page<Message>>(`/messages?groupId=${group.id}`);
    expect(page.items).toEqual([body]);
    expect(await pinned()).toEqual([body]);
    expect((await unpin(ann)).body).toEqual({ ...message, revision: message.revision + 2 });
    expect(await pinned()).toEqual([]);
  });

  it('change nothing and take no revision when they are repeated', async () => {
    const { body: once } = await pin(ann);
    expect((await pin(ann)).body).toEqual(once);
    const { body: off } = await unpin(ann);
    expect((await unpin(ann)).body).toEqual(off);
    expect(await revision()).toBe(message.revision + 2);
  });

  it('are the owner’s in a group, and of both in a direct one', async () => {
    expect(refusal(await pin(bob))).toEqual([403, 'not_the_owner']);
    await pin(ann);
    expect(refusal(await unpin(bob))).toEqual([403, 'not_the_owner']);
    const { body: direct } = await ann.api.post<Group>('/groups', { kind: 'direct', userId: bob.id });
    const between = await ann.send(direct.id, 'Between us');
    expect((await pin(bob, between.id)).body.pinnedBy).toBe(bob.id);
    expect((await unpin(ann, between.id)).body.pinnedBy).toBeNull();
  });

  it('are listed, the one that was pinned last first', async () => {
    const other = await ann.send(group.id, 'Second');
    await pin(ann, other.id);
    await pin(ann);
    expect((await pinned()).map(({ id }) => id)).toEqual([message.id, other.id]);
  });

  it('are told over sockets, where they are commands too', async () => {
    const [a, b] = [await ann.connect(), await bob.connect()];
    const given = await a.do('message:pin', { id: message.id });
    expect(given.pinnedBy).toBe(ann.id);
    expect(await b.next('message:updated')).toEqual({
      groupId: group.id,
      revision: message.revision + 1,
      message: given,
    });
    const { error } = await b.command('message:unpin', { id: message.id });
    expect(error?.code).toBe('not_the_owner');
    const off = await a.do('message:unpin', { id: message.id });
    expect((await b.next('message:updated', ({ revision }) => revision === off.revision)).message).toEqual({
      ...message,
      revision: message.revision + 2,
    });
    expect((await a.raw('message:pin', { id: 'x' })).error?.errors?.[0]?.field).toBe('id');
  });

  it('are caught up after an absence, as an update or with what is new', async () => {
    const cursor = await revision();
    const fresh = await ann.send(group.id, 'New');
    await pin(ann, fresh.id);
    await pin(ann);
    const client = await bob.connect({ [group.id]: cursor });
    await client.next('group:synced');
    expect(
      client.changesOf(group.id).map(({ event, payload }) => [event, 'message' in payload && payload.message.pinnedBy]),
    ).toEqual([
      ['message:created', ann.id],
      ['message:updated', ann.id],
    ]);
  });

  it('go with a message that is deleted, which cannot be pinned again', async () => {
    const client = await ann.connect();
    await pin(ann);
    await bob.api.delete(`/messages/${message.id}`);
    expect((await client.next('message:deleted')).message).toMatchObject({ pinnedAt: null, pinnedBy: null });
    expect(await pinned()).toEqual([]);
    expect(refusal(await pin(ann))).toEqual([409, 'message_deleted']);
    expect(refusal(await unpin(ann))).toEqual([409, 'message_deleted']);
  });

  it('are not for who is not a member, as far as they may see the group', async () => {
    const eve = await Person.register(app.url, 'eve');
    const open = await ann.group('public');
    const visible = await ann.send(open.id, 'Hello');
    for (const act of [pin, unpin]) {
      expect(refusal(await act(eve, message.id))).toEqual([404, 'message_not_found']);
      expect(refusal(await act(eve, visible.id))).toEqual([403, 'not_a_member']);
      expect(refusal(await act(eve, randomUUID()))).toEqual([404, 'message_not_found']);
    }
    const list = (groupId: string) => eve.api.get(`/messages/pinned?groupId=${groupId}`);
    expect(refusal(await list(group.id))).toEqual([404, 'group_not_found']);
    expect(refusal(await list(open.id))).toEqual([403, 'not_a_member']);
    expect(refusal(await eve.api.get('/messages/pinned'))).toEqual([400, 'validation_failed']);
  });

  it('are fifty at most, however many are pinned at once', async () => {
    const sender = await ann.connect();
    const messages = await Promise.all(
      Array.from({ length: 55 }, (_, index) => sender.do('message:send', { groupId: group.id, text: `${index}` })),
    );
    const before = await revision();
    const answers = await Promise.all(messages.map(({ id }) => pin<Message & { code: string }>(ann, id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(refusal)).toEqual(Array.from({ length: 5 }, () => [409, 'limit_reached']));
    expect(await revision()).toBe(before + 50);
    const list = await pinned();
    expect(list).toHaveLength(50);
    expect((await pin(ann, list[7]!.id)).status).toBe(200);
    await unpin(ann, list[0]!.id);
    expect((await pin(ann)).status).toBe(200);
  });
});
