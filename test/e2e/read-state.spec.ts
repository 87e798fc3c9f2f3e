import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';

describe('Read state', () => {
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
  afterEach(() => [ann, bob].forEach((person) => person.leave()));
  afterAll(() => app.close());

  const membership = async (person = bob) => {
    const { readSeq, unread } = (await person.api.get<Group>(`/groups/${group.id}`)).body.membership!;
    return { readSeq, unread };
  };
  const send = async (count: number, person = ann) => {
    for (let index = 0; index < count; index += 1) await person.send(group.id, `${index}`);
  };
  const read = (client: ChatClient, seq: number) => client.do('group:read', { groupId: group.id, seq });

  it('counts what others said since, and neither deletes, edits, reactions nor one’s own', async () => {
    const gone = await ann.send(group.id, 'gone');
    const changed = await ann.send(group.id, 'changed');
    await send(2);
    await send(1, bob);
    await ann.api.patch(`/messages/${changed.id}`, { text: 'changed, and again' });
    await ann.api.put(`/messages/${changed.id}/reactions/${encodeURIComponent('👍')}`);
    await ann.api.put(`/messages/${changed.id}/pin`);
    await ann.api.delete(`/messages/${gone.id}`);
    expect(await membership()).toEqual({ readSeq: 0, unread: 3 });
    expect(await membership(ann)).toEqual({ readSeq: 0, unread: 1 });
    const client = await bob.connect();
    expect(await read(client, 3)).toEqual({ readSeq: 3, unread: 1 });
    await ann.api.delete(`/messages/${changed.id}`);
    expect(await membership()).toEqual({ readSeq: 3, unread: 1 });
  });

  it('is the same over REST, in an acknowledgement, in the list and on connecting', async () => {
    await send(5);
    const state = { readSeq: 2, unread: 3 };
    expect(await read(await bob.connect(), 2)).toEqual(state);
    expect(await membership()).toEqual(state);
    const { body } = await bob.api.get<{ items: Group[] }>('/groups');
    expect(body.items.find(({ id }) => id === group.id)?.membership).toMatchObject(state);
    const { groups } = await (await bob.connect()).next('ready');
    expect(groups.find(({ id }) => id === group.id)).toMatchObject({ ...state, lastSeq: 5 });
  });

  it('only rises, whichever device reads what at the same time', async () => {
    await send(20);
    const devices = await Promise.all(Array.from({ length: 4 }, () => bob.connect()));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => read(devices[index % 4]!, 20 - index)));
    for (const [index, { readSeq, unread }] of answers.entries()) {
      expect(readSeq).toBeGreaterThanOrEqual(20 - index);
      expect(readSeq + unread).toBe(20);
    }
    expect(await membership()).toEqual({ readSeq: 20, unread: 0 });
    const told = devices[0]!.all('group:read').map(({ readSeq }) => readSeq);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
  });

  it('never goes beyond the newest message', async () => {
    await send(2);
    const client = await bob.connect();
    expect(await read(client, Number.MAX_SAFE_INTEGER)).toEqual({ readSeq: 2, unread: 0 });
    await send(1);
    expect(await membership()).toEqual({ readSeq: 2, unread: 1 });
  });

  it.each(['a socket', 'REST'])('read over %s is told to one’s other devices and to the members', async (way) => {
    const [phone, laptop, other] = [await bob.connect(), await bob.connect(), await ann.connect()];
    await send(3);
    if (way === 'REST') await bob.api.post(`/groups/${group.id}/read`, { seq: 2 });
    else await read(phone, 2);
    for (const client of [phone, laptop, other]) {
      expect(await client.next('group:read')).toEqual({ groupId: group.id, userId: bob.id, readSeq: 2 });
    }
  });

  it('is not told again where nothing changed, nor to who is not a member', async () => {
    const eve = await Person.register(app.url, 'eve');
    const [a, e] = [await ann.connect(), await eve.connect()];
    await send(3);
    const client = await bob.connect();
    for (const seq of [2, 2, 1, 0, 3]) await read(client, seq);
    await a.next('group:read', ({ readSeq }) => readSeq === 3);
    expect(a.all('group:read').map(({ readSeq }) => readSeq)).toEqual([2, 3]);
    expect((await e.command('group:read', { groupId: group.id, seq: 1 })).error?.code).toBe('group_not_found');
    expect(e.all('group:read')).toEqual([]);
    eve.leave();
  });

  it('takes no revision', async () => {
    await send(1);
    const { body } = await ann.api.get<Group>(`/groups/${group.id}`);
    await bob.api.post(`/groups/${group.id}/read`, { seq: 1 });
    expect((await ann.api.get<Group>(`/groups/${group.id}`)).body.revision).toBe(body.revision);
  });

  it('begins where one joins, and again where one comes back', async () => {
    await send(3);
    const eve = await Person.register(app.url, 'eve');
    const join = () => ann.api.post(`/groups/${group.id}/members`, { userId: eve.id });
    await join();
    expect(await membership(eve)).toEqual({ readSeq: 3, unread: 0 });
    await eve.api.delete(`/groups/${group.id}/members/${eve.id}`);
    await send(2);
    await join();
    expect(await membership(eve)).toEqual({ readSeq: 5, unread: 0 });
  });
});
