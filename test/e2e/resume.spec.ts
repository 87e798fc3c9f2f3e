import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Change, Group } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';

describe('Catching up', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;

  beforeAll(async () => {
    app = await startApp();
  });
  beforeEach(async () => {
    [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
    group = await ann.group('public', bob);
  });
  afterAll(() => app.close());

  const brief = ({ event, payload }: Change) => [event, payload.revision];

  it('gives on reconnecting what was missed, as it is now, and says when it is complete', async () => {
    const client = await bob.connect();
    const kept = await ann.send(group.id, 'kept');
    await client.next('message:created');
    const cursor = client.cursorOf(group.id);
    client.close();

    const fresh = await ann.send(group.id, 'new'); // 5, then edited
    const gone = await ann.send(group.id, 'gone'); // 6, then deleted
    await ann.api.patch(`/messages/${fresh.id}`, { text: 'new, edited' }); // 7
    await ann.api.patch(`/messages/${kept.id}`, { text: 'kept, edited' }); // 8
    await ann.api.delete(`/messages/${gone.id}`); // 9
    await ann.api.patch(`/groups/${group.id}`, { name: 'Renamed' }); // 10
    const eve = await Person.register(app.url, 'eve');
    await eve.api.post(`/groups/${group.id}/join`); // 11

    const back = await bob.connect({ [group.id]: cursor });
    await back.next('group:synced');
    expect(back.changesOf(group.id).map(brief)).toEqual([
      ['message:created', 7],
      ['message:updated', 8],
      ['message:created', 9],
      ['group:updated', 10],
      ['member:joined', 11],
    ]);
    expect(back.received.at(-1)).toEqual({ event: 'group:synced', payload: { groupId: group.id, revision: 11 } });
    await ann.send(group.id, 'live');
    expect((await back.next('message:created', ({ revision }) => revision === 12)).message.text).toBe('live');
    bob.leave();
  });

  it('gives nothing to who has everything, but says so', async () => {
    const client = await bob.connect({ [group.id]: 3 });
    expect(await client.next('group:synced')).toEqual({ groupId: group.id, revision: 3 });
    expect(client.changesOf(group.id)).toEqual([]);
    bob.leave();
  });

  it('misses nothing and gives nothing twice at any moment of a burst', async () => {
    const sender = await ann.connect();
    const burstState = { sending: true };
    let sent = 0;
    const burst = (async () => {
      while (burstState.sending) {
        await Promise.all(
          Array.from({ length: 20 }, () => sender.do('message:send', { groupId: group.id, text: `${++sent}` })),
        );
      }
    })();
    const clients: ChatClient[] = [];
    for (let round = 0; round < 25; round += 1) {
      const client = await bob.connect({ [group.id]: 3 });
      clients.push(client);
      await client.until(() => client.changesOf(group.id).length > 40);
    }
    burstState.sending = false;
    await burst;
    const last = sent + 3;
    for (const client of clients) {
      await client.until(() => client.cursorOf(group.id) >= last);
      const seqs = client.changesOf(group.id).map(({ payload }) => payload.revision);
      const reset = client.all('group:reset')[0];
      const first = reset ? reset.revision + 1 : 4;
      expect(seqs).toEqual(Array.from({ length: last - first + 1 }, (_, index) => index + first));
    }
    [ann, bob].forEach((person) => person.leave());
  });

  it('goes through many pages', async () => {
    const sender = await ann.connect();
    await Promise.all(
      Array.from({ length: 700 }, (_, index) => sender.do('message:send', { groupId: group.id, text: `${index}` })),
    );
    const client = await bob.connect({ [group.id]: 3 });
    await client.next('group:synced');
    expect(client.textsOf(group.id)).toEqual(Array.from({ length: 700 }, (_, index) => `${index}`));
    [ann, bob].forEach((person) => person.leave());
  });

  it('gives what is new as created, on whichever page of a long absence it comes', async () => {
    const sender = await ann.connect();
    const sent = await Promise.all(
      Array.from({ length: 300 }, (_, index) => sender.do('message:send', { groupId: group.id, text: `${index}` })),
    );
    await sender.do('message:edit', { id: sent[0]!.id, text: 'edited' });
    const client = await bob.connect({ [group.id]: 3 });
    await client.next('group:synced');
    expect(new Set(client.changesOf(group.id).map(({ event }) => event))).toEqual(new Set(['message:created']));
    expect(client.textsOf(group.id).at(-1)).toBe('edited');
    [ann, bob].forEach((person) => person.leave());
  });

  it('starts anew from the newest page when too much was missed, or the cursor is from another world', async () => {
    const sender = await ann.connect();
    await Promise.all(
      Array.from({ length: 1_001 }, (_, index) => sender.do('message:send', { groupId: group.id, text: `${index}` })),
    );
    for (const cursor of [3, 1_000_000]) {
      const client = await bob.connect({ [group.id]: cursor });
      const { revision, messages } = await client.next('group:reset');
      expect([revision, messages.length, messages.at(-1)!.text]).toEqual([1_004, 50, '1000']);
      await client.next('group:synced');
      expect(client.changesOf(group.id)).toEqual([]);
      client.close();
    }
    const { body } = await ann.api.post<{ text: string }>('/messages', { groupId: group.id, text: 'after' });
    expect(body.text).toBe('after');
    ann.leave();
  });

  it('tells what became of groups that one is not in any more', async () => {
    const [left, removed, deleted] = [
      await ann.group('public', bob),
      await ann.group('public', bob),
      await ann.group('public', bob),
    ];
    await bob.api.delete(`/groups/${left.id}/members/${bob.id}`);
    await ann.api.delete(`/groups/${removed.id}/members/${bob.id}`);
    await ann.api.delete(`/groups/${deleted.id}`);
    await ann.send(removed.id, 'not for bob');
    const client = await bob.connect({ [left.id]: 3, [removed.id]: 3, [deleted.id]: 3, [group.id]: 3 });
    await client.next('group:synced');
    const farewells = client.all('group:removed').map(({ groupId, reason }) => [groupId, reason]);
    expect(new Map(farewells as [string, string][])).toEqual(
      new Map([
        [left.id, 'left'],
        [removed.id, 'removed'],
        [deleted.id, 'deleted'],
      ]),
    );
    expect(client.changesOf(removed.id)).toEqual([]);
    bob.leave();
  });

  describe('With group:sync', () => {
    it('gives pages of changes and says whether there are more', async () => {
      const client = await bob.connect();
      for (const text of ['1', '2', '3', '4', '5']) await ann.send(group.id, text);
      const first = await client.do('group:sync', { groupId: group.id, after: 3, limit: 3 });
      expect([first.changes.map(brief), first.revision, first.more]).toEqual([
        [
          ['message:created', 4],
          ['message:created', 5],
          ['message:created', 6],
        ],
        6,
        true,
      ]);
      const second = await client.do('group:sync', { groupId: group.id, after: 6, limit: 3 });
      expect([second.changes.length, second.revision, second.more, second.reset]).toEqual([2, 8, false, false]);
      bob.leave();
    });

    it('gives what is new to who began before it as created, on whichever page it comes', async () => {
      const client = await bob.connect();
      const [first] = [await ann.send(group.id, '1'), await ann.send(group.id, '2'), await ann.send(group.id, '3')];
      await ann.api.patch(`/messages/${first.id}`, { text: '1, edited' });
      await ann.api.post(`/groups/${group.id}/members`, { userId: (await Person.register(app.url, 'eve')).id });
      const pages = async (since?: number) => {
        const events: string[] = [];
        for (let [after, more] = [3, true]; more;) {
          const page = await client.do('group:sync', { groupId: group.id, after, since, limit: 1 });
          events.push(...page.changes.map(({ event }) => event));
          [after, more] = [page.revision, page.more];
        }
        return events;
      };
      const created = 'message:created';
      expect(await pages(3)).toEqual([created, created, created, 'member:joined']);
      expect(await pages()).toEqual([created, created, 'message:updated', 'member:joined']);
      bob.leave();
    });

    it('says when to start anew', async () => {
      const client = await bob.connect();
      expect(await client.do('group:sync', { groupId: group.id, after: 999 })).toEqual({
        changes: [],
        revision: 3,
        more: false,
        reset: true,
      });
      bob.leave();
    });
  });

  it('delivers within the sweep what no publisher told', async () => {
    const client = await bob.connect();
    // What a node leaves behind that dies between its commit and the publishing.
    await app.database.query('UPDATE groups SET last_seq = last_seq + 1, revision = revision + 1 WHERE id = $1', [
      group.id,
    ]);
    await app.database.query(
      `INSERT INTO messages (id, group_id, seq, revision, created_revision, sender_id, text, created_at)
       SELECT gen_random_uuid(), id, last_seq, revision, revision, $2, 'orphan', now() FROM groups WHERE id = $1`,
      [group.id, ann.id],
    );
    expect((await client.next('message:created')).message.text).toBe('orphan');
    await ann.send(group.id, 'next');
    await client.until(() => client.textsOf(group.id).length === 2);
    expect(client.textsOf(group.id)).toEqual(['orphan', 'next']);
    bob.leave();
  });
});
