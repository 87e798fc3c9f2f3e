import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group, MemberWithPresence, Page, UserWithPresence } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';

describe('Presence', () => {
  let app: TestApp;
  let node2: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;

  beforeAll(async () => {
    app = await startApp();
    node2 = await startApp({}, app.database);
  });
  beforeEach(async () => {
    [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
    group = await ann.group('private', bob);
  });
  afterAll(async () => {
    await node2.close();
    await app.close();
  });

  const ONLINE = { status: 'online', lastSeenAt: null };
  const NEVER = { status: 'offline', lastSeenAt: null };
  const toldOf = (client: ChatClient, person: Person) =>
    client.all('presence').filter(({ userId }) => userId === person.id);
  /** Resolves once the client was told this much of someone. */
  const told = async (client: ChatClient, person: Person, ...statuses: string[]) => {
    await client.until(() => toldOf(client, person).length >= statuses.length, `${statuses.join()} of ${person.id}`);
    expect(toldOf(client, person).map(({ status }) => status)).toEqual(statuses);
    return toldOf(client, person).at(-1)!;
  };
  const shown = async (viewer: Person, person: Person) => {
    const { body } = await viewer.api.get<UserWithPresence>(`/users/${person.id}`);
    return { status: body.status, lastSeenAt: body.lastSeenAt };
  };
  /** Somebody else of the group comes and is told: whatever was to be told before has been told by then. */
  const later = async (owner: Person, groupId: string, ...clients: ChatClient[]) => {
    const witness = await Person.register(app.url, 'witness');
    await owner.api.post(`/groups/${groupId}/members`, { userId: witness.id });
    await witness.connect();
    await Promise.all(clients.map((client) => told(client, witness, 'online')));
    return witness;
  };

  it('is told to those who share a group, on any node, when someone comes and goes', async () => {
    const near = await ann.connect();
    const far = await ann.at(node2.url).connect();
    expect(await shown(ann, bob)).toEqual(NEVER);

    const client = await bob.connect();
    expect(await told(near, bob, 'online')).toEqual({ userId: bob.id, ...ONLINE });
    expect(await told(far, bob, 'online')).toEqual({ userId: bob.id, ...ONLINE });
    expect(await shown(ann, bob)).toEqual(ONLINE);

    const closed = Date.now();
    client.close();
    const gone = await told(near, bob, 'online', 'offline');
    expect(await told(far, bob, 'online', 'offline')).toEqual(gone);
    expect(Math.abs(Date.parse(gone.lastSeenAt!) - closed)).toBeLessThan(1_000);
    expect(await shown(ann, bob)).toEqual({ status: 'offline', lastSeenAt: gone.lastSeenAt });
    ann.leave();
  });

  it('is told once, however many groups are shared', async () => {
    for (let count = 0; count < 3; count += 1) await bob.group('public', ann);
    const client = await ann.connect();
    await bob.connect();
    await told(client, bob, 'online');
    const witness = await later(ann, group.id, client);
    await told(client, bob, 'online');
    [ann, bob, witness].forEach((person) => person.leave());
  });

  it('is told of many at once, to the members of different groups', async () => {
    const others = await Promise.all(Array.from({ length: 8 }, () => Person.register(app.url, 'other')));
    for (const other of others) await ann.group('private', other, bob);
    const [a, b] = [await ann.connect(), await bob.at(node2.url).connect()];
    await Promise.all(others.map((other) => other.connect()));
    for (const other of others) {
      await told(a, other, 'online');
      await told(b, other, 'online');
    }
    [ann, bob, ...others].forEach((person) => person.leave());
  });

  it('reaches a client that polls', async () => {
    const client = await ann.connect({}, { transports: ['polling'] });
    await bob.connect();
    expect(await told(client, bob, 'online')).toEqual({ userId: bob.id, ...ONLINE });
    [ann, bob].forEach((person) => person.leave());
  });

  it('does not flap on a reload, also one that ends at another node', async () => {
    const client = await ann.connect();
    const before = await bob.connect();
    await told(client, bob, 'online');
    before.close();
    const witness = await later(ann, group.id, client);
    const after = await bob.at(node2.url).connect();
    // Who goes after the reload is told as gone: by then the reload would have been told too.
    witness.leave();
    await told(client, witness, 'online', 'offline');
    await told(client, bob, 'online');
    expect(await shown(ann, bob)).toEqual(ONLINE);
    after.close();
    ann.leave();
  });

  it('lasts as long as one of several devices is connected, wherever they are', async () => {
    const client = await ann.connect();
    const devices = [await bob.connect(), await bob.connect(), await bob.at(node2.url).connect()];
    const witness = await later(ann, group.id, client);
    devices[0]!.close();
    devices[2]!.close();
    witness.leave();
    await told(client, witness, 'online', 'offline');
    await told(client, bob, 'online');

    devices[1]!.close();
    await told(client, bob, 'online', 'offline');
    ann.leave();
  });

  it('is told and shown to nobody who shares no group', async () => {
    const stranger = await Person.register(app.url, 'stranger');
    const [hers, his] = [await stranger.connect(), await ann.connect()];
    await bob.connect();
    await told(his, bob, 'online');
    const other = await stranger.group('private');
    const witness = await later(stranger, other.id, hers);
    expect(toldOf(hers, bob)).toEqual([]);
    expect(await shown(stranger, bob)).toEqual({ status: null, lastSeenAt: null });
    expect(await shown(bob, bob)).toEqual(ONLINE);
    expect((await stranger.api.get(`/users/${group.id}`)).status).toBe(404);
    [ann, bob, stranger, witness].forEach((person) => person.leave());
  });

  describe('Of someone in a direct group alone', () => {
    let eve: Person;
    let direct: Group;
    beforeEach(async () => {
      eve = await Person.register(app.url, 'eve');
      direct = (await eve.api.post<Group>('/groups', { kind: 'direct', userId: bob.id })).body;
    });
    const HIDDEN = { status: null, lastSeenAt: null };
    /** By each way in which it can be asked for. */
    const asked = async (viewer: Person, person: Person) => {
      const { body: one } = await viewer.api.get<Group>(`/groups/${direct.id}`);
      const { body: mine } = await viewer.api.get<Page<Group>>('/groups');
      const { body: members } = await viewer.api.get<Page<MemberWithPresence>>(`/groups/${direct.id}/members`);
      const found = [
        await shown(viewer, person),
        one.peer!,
        mine.items.find(({ id }) => id === direct.id)!.peer!,
        members.items.find(({ user }) => user.id === person.id)!,
      ];
      return found.map(({ status, lastSeenAt }) => ({ status, lastSeenAt }));
    };
    const each = (presence: object) => Array.from({ length: 4 }, () => presence);

    it('is not told or shown to the one who began it, however much they write', async () => {
      const other = await eve.group('private');
      const client = await eve.connect();
      await eve.send(direct.id, 'Are you there?');
      await bob.connect();
      await (await ann.connect()).next('presence', ({ userId }) => userId === bob.id);
      const witness = await later(eve, other.id, client);
      expect(toldOf(client, bob)).toEqual([]);
      expect(direct.peer).toMatchObject(HIDDEN);
      expect(await asked(eve, bob)).toEqual(each(HIDDEN));
      [ann, bob, eve, witness].forEach((person) => person.leave());
    });

    it('is told and shown once they wrote in it, also when that is deleted, and to the other one as well', async () => {
      const client = await eve.connect();
      const { id } = await bob.send(direct.id, 'Yes, I am.');
      await bob.api.delete(`/messages/${id}`);
      const theirs = await bob.connect();
      expect(await told(client, bob, 'online')).toEqual({ userId: bob.id, ...ONLINE });
      expect(await asked(eve, bob)).toEqual(each(ONLINE));
      // Eve wrote nothing so far.
      expect(await asked(bob, eve)).toEqual(each(HIDDEN));
      await theirs.do('message:send', { groupId: direct.id, text: 'And you?' });
      await eve.send(direct.id, 'So am I.');
      expect(await asked(bob, eve)).toEqual(each(ONLINE));
      eve.leave();
      await told(theirs, eve, 'offline');
      bob.leave();
    });

    it('is shown while the two share another group, and not after it', async () => {
      const shared = await bob.group('public', eve);
      const client = await eve.connect();
      await bob.connect();
      await told(client, bob, 'online');
      expect(await asked(eve, bob)).toEqual(each(ONLINE));
      await bob.api.delete(`/groups/${shared.id}/members/${eve.id}`);
      expect(await asked(eve, bob)).toEqual(each(HIDDEN));
      [bob, eve].forEach((person) => person.leave());
    });
  });

  it('is told no more to who was removed, nor of them', async () => {
    const eve = await Person.register(app.url, 'eve');
    await ann.api.post(`/groups/${group.id}/members`, { userId: eve.id });
    const [a, e] = [await ann.connect(), await eve.at(node2.url).connect()];
    await told(a, eve, 'online');
    await ann.api.delete(`/groups/${group.id}/members/${eve.id}`);
    await e.next('group:removed');
    await bob.connect();
    e.close();
    await told(a, bob, 'online');
    expect(toldOf(e, bob)).toEqual([]);
    expect(await shown(eve, bob)).toEqual({ status: null, lastSeenAt: null });

    const witness = await later(ann, group.id, a);
    witness.leave();
    await told(a, witness, 'online', 'offline');
    await told(a, eve, 'online');
    [ann, bob].forEach((person) => person.leave());
  });

  it('is shown with members and with the peer of a direct group, and not in what is durable', async () => {
    const client = await ann.connect();
    await bob.connect();
    await told(client, bob, 'online');
    const { body: members } = await ann.api.get<Page<MemberWithPresence>>(`/groups/${group.id}/members`);
    expect(members.items.find(({ user }) => user.id === bob.id)).toMatchObject(ONLINE);

    const { body: direct } = await ann.api.post<Group>('/groups', { kind: 'direct', userId: bob.id });
    expect(direct.peer).toMatchObject(ONLINE);
    const eve = await Person.register(app.url, 'eve');
    await ann.api.post(`/groups/${group.id}/members`, { userId: eve.id });
    const { member } = await client.next('member:joined', ({ member: { user } }) => user.id === eve.id);
    expect(Object.keys(member)).not.toContain('status');
    expect(Object.keys(member.user).sort()).toEqual(['displayName', 'id', 'username']);
    [ann, bob].forEach((person) => person.leave());
  });

  it('is written again by a node that finds that others took it for dead', async () => {
    const client = await ann.connect();
    await bob.at(node2.url).connect();
    await told(client, bob, 'online');
    await app.database.query(`DELETE FROM presence_nodes`);
    await app.database.query(`UPDATE presence SET nodes = '{}' WHERE user_id = $1`, [bob.id]);
    expect(await shown(ann, bob)).toMatchObject({ status: 'offline' });
    await told(client, bob, 'online', 'online');
    expect(await shown(ann, bob)).toEqual(ONLINE);
    [ann, bob].forEach((person) => person.leave());
  });

  describe('Typing', () => {
    const witnessed = (client: ChatClient, person: Person) =>
      client.all('typing').filter(({ userId }) => userId === person.id).length;

    it('is told once in a while, however often it is said, on any node', async () => {
      const [near, far, client] = [await ann.connect(), await ann.at(node2.url).connect(), await bob.connect()];
      for (let time = 0; time < 20; time += 1) {
        expect(await client.command('typing', { groupId: group.id })).toEqual({ data: {} });
      }
      await ann.send(group.id, 'after it');
      await Promise.all([near, far].map((one) => one.next('message:created')));
      // Without Redis the nodes do not hear each other's hints.
      expect([near, far].map((one) => witnessed(one, bob))).toEqual([1, 0]);
      [ann, bob].forEach((person) => person.leave());
    });

    it('is told again once what was typed was sent', async () => {
      const [near, client] = [await ann.connect(), await bob.connect()];
      await client.do('typing', { groupId: group.id });
      await client.do('message:send', { groupId: group.id, text: 'typed' });
      await client.do('typing', { groupId: group.id });
      await near.until(() => witnessed(near, bob) === 2);
      [ann, bob].forEach((person) => person.leave());
    });

    it('is told of some when many type at once', async () => {
      const others = await Promise.all(Array.from({ length: 8 }, () => Person.register(app.url, 'other')));
      for (const { id } of others) await ann.api.post(`/groups/${group.id}/members`, { userId: id });
      const client = await ann.connect();
      for (const other of others) await (await other.connect()).do('typing', { groupId: group.id });
      await ann.send(group.id, 'after it');
      await client.next('message:created', ({ message }) => message.text === 'after it');
      expect(client.all('typing')).toHaveLength(5);
      [ann, ...others].forEach((person) => person.leave());
    });
  });
});
