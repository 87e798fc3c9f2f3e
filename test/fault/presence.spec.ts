import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { UserWithPresence } from '../../src/changes/contract.js';
import type { ChatClient } from '../support/chat-client.js';
import { EmbeddedApp } from '../support/embedded-app.js';
import { Person } from '../support/person.js';
import { Stage } from './stage/stage.js';
import { TIMEOUT } from './stage/settings.js';

/** How long a node that died, a node that was cut off, and what they had to tell may take, in milliseconds. */
const PATIENCE = 40_000;

describe('Presence', () => {
  const ends: (() => Promise<unknown>)[] = [];
  const open = async (options: Parameters<typeof Stage.open>[0]) => {
    const stage = await Stage.open(options);
    ends.unshift(() => stage.close());
    return stage;
  };
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const statuses = (client: ChatClient, { id }: Person) =>
    client.all('presence').flatMap(({ userId, status }) => (userId === id ? [status] : []));
  const told = async (client: ChatClient, person: Person, ...expected: string[]) => {
    const holds = () => statuses(client, person).length >= expected.length;
    await client.until(holds, `${person.user.username} to be ${expected.join()}`, PATIENCE);
    expect(statuses(client, person)).toEqual(expected);
  };
  const people = (url: string, ...names: string[]) => Promise.all(names.map((name) => Person.register(url, name)));

  it(
    'of who was connected to a node that is killed with -9 ends at its last beat, and is told once by the others',
    async () => {
      const { nodes } = await open({ nodes: 3 });
      const [one, two, three] = nodes.map(({ url }) => url) as [string, string, string];
      const [ann, bob, eve] = (await people(one, 'ann', 'bob', 'eve')) as [Person, Person, Person];
      await ann.group('public', bob, eve);
      const watchers = [await ann.connect(), await ann.at(two).connect()];
      await bob.at(three).connect();
      await eve.at(three).connect();
      await eve.at(two).connect();
      for (const watcher of watchers) {
        await told(watcher, bob, 'online');
        await told(watcher, eve, 'online');
      }
      const killed = Date.now();
      await nodes[2]!.kill();
      for (const watcher of watchers) await told(watcher, bob, 'online', 'offline');
      const { body } = await ann.api.get<UserWithPresence>(`/users/${bob.id}`);
      expect(body.status).toBe('offline');
      expect(killed - Date.parse(body.lastSeenAt!)).toBeGreaterThan(-1_000);
      expect(killed - Date.parse(body.lastSeenAt!)).toBeLessThan(5_000);

      await bob.at(two).connect();
      for (const watcher of watchers) {
        await told(watcher, bob, 'online', 'offline', 'online');
        await told(watcher, eve, 'online');
      }
      [ann, bob, eve].forEach((person) => person.leave());
    },
    TIMEOUT,
  );

  it(
    'does not flap when a node is restarted and its users come back to another',
    async () => {
      const { nodes } = await open({ nodes: 2 });
      const [one, two] = nodes.map(({ url }) => url) as [string, string];
      const [ann, bob, eve] = (await people(one, 'ann', 'bob', 'eve')) as [Person, Person, Person];
      await ann.group('public', bob, eve);
      const watcher = await ann.connect();
      const [his] = [await bob.at(two).connect(), await eve.at(two).connect()];
      await told(watcher, bob, 'online');
      await told(watcher, eve, 'online');
      expect(await nodes[1]!.stop()).toBe(0);
      await his.until(() => !his.connected);
      await bob.connect();
      await told(watcher, eve, 'online', 'offline');
      await told(watcher, bob, 'online');
      [ann, bob, eve].forEach((person) => person.leave());
    },
    TIMEOUT,
  );

  it(
    'stands still while PostgreSQL is away, and goes on with nobody told as gone who is there',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'messendger-fault-pg-'));
      ends.unshift(() => rm(directory, { recursive: true, force: true }));
      const postgres = EmbeddedApp.launch(directory);
      ends.unshift(() => postgres.end('SIGTERM'));
      await postgres.started();
      const { nodes } = await open({ nodes: 2, databaseUrl: postgres.url });
      const [one, two] = nodes.map(({ url }) => url) as [string, string];
      const [ann, bob, eve] = (await people(one, 'ann', 'bob', 'eve')) as [Person, Person, Person];
      await ann.group('public', bob, eve);
      const watcher = await ann.connect();
      const [his, hers] = [await bob.at(two).connect(), await eve.at(two).connect()];
      await told(watcher, bob, 'online');
      await told(watcher, eve, 'online');

      process.kill(await postgres.server(), 'SIGKILL');
      hers.close();
      await told(watcher, eve, 'online', 'offline');
      await told(watcher, bob, 'online');
      expect(his.connected).toBe(true);
      const { body } = await ann.api.get<UserWithPresence>(`/users/${bob.id}`);
      expect(body.status).toBe('online');
      for (const { output } of nodes) {
        expect(output.match(/Presence stands still/g)?.length ?? 0).toBeLessThanOrEqual(2);
      }
      [ann, bob].forEach((person) => person.leave());
    },
    TIMEOUT,
  );
});
