import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Group, Message, Page } from '../../src/changes/contract.js';
import { GroupAccess } from '../../src/groups/group-access.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';

/** Connections of a node's pool. */
const POOL_SIZE = 4;

/** On two nodes at once: what is done on the one must not hold up the other. */
describe('A group whose lock something else holds', () => {
  let nodes: [TestApp, TestApp];
  let holder: pg.Client;
  let locked: Group;
  let free: Group;
  /** One user on each node. */
  let clients: [ChatClient, ChatClient];
  let ann: Person;

  beforeAll(async () => {
    const first = await startApp({ databasePoolSize: POOL_SIZE });
    nodes = [first, await startApp({ databasePoolSize: POOL_SIZE }, first.database)];
  });
  beforeEach(async () => {
    ann = await Person.register(nodes[0].url, 'ann');
    const bob = await Person.register(nodes[1].url, 'bob');
    [locked, free] = [await ann.group('private', bob), await ann.group('private', bob)];
    clients = [await ann.connect(), await bob.connect()];
    holder = new pg.Client({ connectionString: nodes[0].database.url });
    await holder.connect();
  });
  afterEach(async () => {
    await holder.end();
    for (const client of clients) client.close();
  });
  afterAll(async () => {
    await nodes[1].close();
    await nodes[0].close();
  });

  async function hold(...groups: Group[]): Promise<void> {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM groups WHERE id = ANY($1) FOR UPDATE', [groups.map(({ id }) => id)]);
  }
  const send = (client: ChatClient, { id: groupId }: Group, text: string) =>
    client.do('message:send', { groupId, text });
  const textsOf = async ({ id }: Group) => {
    const { body } = await ann.api.get<Page<Message>>(`/messages?groupId=${id}&limit=100`);
    return body.items.map(({ text }) => text);
  };

  it('delays its own sends alone, which are then stored in the order in which they were sent', async () => {
    await hold(locked);
    const waiting = clients.map((client, node) =>
      Array.from({ length: 20 }, (_, index) => send(client, locked, `${node} ${index}`)),
    );
    // All of these are acknowledged while the other group is locked.
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(clients.flatMap((client) => Array.from({ length: 5 }, () => send(client, free, 'free'))));
    }
    expect(await textsOf(locked)).toEqual([]);
    await holder.query('COMMIT');
    const stored = await Promise.all(waiting.map((sends) => Promise.all(sends)));
    for (const [node, messages] of stored.entries()) {
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq).toSorted((a, b) => a - b));
      expect((await textsOf(locked)).filter((text) => text.startsWith(`${node} `))).toHaveLength(20);
    }
    expect(
      stored
        .flat()
        .map(({ seq }) => seq)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    // What comes later is written as ever.
    expect((await send(clients[0], locked, 'later')).seq).toBe(41);
  });

  it('leaves connections to the others when there are more such groups than connections, and edits and joins wait too', async () => {
    const groups = [locked];
    for (let more = 0; more < 2 * POOL_SIZE; more += 1) groups.push(await ann.group('public'));
    const own = await Promise.all(groups.map((group) => send(clients[0], group, 'first')));
    const eve = await Person.register(nodes[0].url, 'eve');
    await hold(...groups);
    const waiting = [
      ...groups.map((group) => send(clients[0], group, 'second')),
      ...own.map(({ id }) => ann.api.patch(`/messages/${id}`, { text: 'edited' })),
      ...groups.slice(1).map(({ id }) => eve.api.post(`/groups/${id}/join`, {})),
    ];
    for (let round = 0; round < 20; round += 1) await Promise.all(clients.map((client) => send(client, free, 'free')));
    await holder.query('COMMIT');
    await Promise.all(waiting);
    for (const group of groups) expect(await textsOf(group)).toEqual(['edited', 'second']);
  });

  it('is free again after two seconds when what holds it is a transaction that stands still', async () => {
    let begun: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    // As a process that was frozen in the middle of a change.
    void nodes[0].nest.get(GroupAccess, { strict: false }).write(locked.id, () => {
      begun();
      return new Promise<never>(() => undefined);
    });
    await started;
    const waiting = send(clients[1], locked, 'waited');
    await Promise.all(clients.map((client) => send(client, free, 'free')));
    expect((await waiting).seq).toBe(1);
  });
});
