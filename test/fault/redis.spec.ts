import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';
import { RedisProcess } from '../support/redis.js';

const BURST = 200;

describe('Two nodes', () => {
  let redis: RedisProcess;
  let one: TestApp;
  let two: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;
  let sender: ChatClient;
  let receiver: ChatClient;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    one = await startApp({ redisUrl: redis.url });
    two = await startApp({ redisUrl: redis.url }, one.database);
  });
  afterAll(async () => {
    await two.close();
    await one.close();
    await redis.kill();
  });
  beforeEach(async () => {
    ann = await Person.register(one.url, 'ann');
    bob = (await Person.register(one.url, 'bob')).at(two.url);
    group = await ann.group('public', bob);
    sender = await ann.connect();
    receiver = await bob.connect();
  });

  async function burst(): Promise<string[]> {
    const texts = Array.from({ length: BURST }, (_, index) => `${index}`);
    await Promise.all(texts.map((text) => sender.do('message:send', { groupId: group.id, text })));
    return texts;
  }

  async function expectAll(texts: string[]): Promise<void> {
    await receiver.until(() => receiver.textsOf(group.id).length >= texts.length);
    expect(receiver.textsOf(group.id)).toEqual(texts);
    [ann, bob].forEach((person) => person.leave());
  }

  it('deliver what the other stored, in order, each once', async () => {
    await expectAll(await burst());
  });

  it('store one message for a send that is repeated on both at once, and number without a gap', async () => {
    const id = '0198c5a6-9b02-7aa4-8c55-0d8f7b8f2e10';
    const send = (person: Person) => person.api.post('/messages', { groupId: group.id, id, text: 'once' });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => send(index % 2 ? ann : ann.at(two.url))),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    const next = await ann.send(group.id, 'next');
    expect(next.seq).toBe(2);
    await expectAll(['once', 'next']);
  });

  it('tell each other of members who join, type, read, and are removed', async () => {
    await bob.api.delete(`/groups/${group.id}/members/${bob.id}`);
    await receiver.next('group:removed');
    await bob.api.post(`/groups/${group.id}/join`);
    await receiver.next('group:added');
    await sender.do('typing', { groupId: group.id });
    await receiver.next('typing');
    await receiver.do('message:send', { groupId: group.id, text: 'here' });
    await sender.do('group:read', { groupId: group.id, seq: 1 });
    await receiver.next('group:read');
    await ann.api.delete(`/groups/${group.id}/members/${bob.id}`);
    expect((await receiver.next('group:removed', ({ reason }) => reason === 'removed')).groupId).toBe(group.id);
    [ann, bob].forEach((person) => person.leave());
  });

  it('tell each other of who goes on typing, again and again, though not each time', async () => {
    const typedAt: number[] = [];
    receiver.socket.on('typing', () => typedAt.push(performance.now()));
    // The first one takes longer on its way than the next: those must not come too early to be told.
    redis.pause();
    await sender.do('typing', { groupId: group.id });
    await bob.send(group.id, 'meanwhile');
    redis.goOn();
    let said = 0;
    for (; receiver.all('typing').length < 4; said += 1) await sender.do('typing', { groupId: group.id });
    expect(said).toBeGreaterThan(40);
    const [first, second, third, fourth] = typedAt;
    for (const pause of [second! - first!, third! - second!, fourth! - third!]) {
      expect(pause).toBeGreaterThan(2_000);
      expect(pause).toBeLessThan(4_000);
    }
    [ann, bob].forEach((person) => person.leave());
  });

  it('subscribe to the groups and users that are connected to them, and to no other', async () => {
    const other = await ann.group('public');
    await receiver.do('message:send', { groupId: group.id, text: 'subscribed' });
    const mine = async () =>
      (await redis.channels()).filter((name) => name.endsWith(group.id) || name.endsWith(other.id));
    expect((await mine()).length).toBeGreaterThan(0);
    [ann, bob].forEach((person) => person.leave());
    while ((await mine()).length > 0) await new Promise(setImmediate);
  });

  it('deliver everything, in order and once, while Redis is killed and comes back', async () => {
    const first = await burst();
    await redis.kill();
    const second = await burst();
    await receiver.until(() => receiver.textsOf(group.id).length >= 2 * BURST);
    await redis.startAgain();
    await expectAll([...first, ...second, ...(await burst())]);
  });

  it('send without waiting for a Redis that hangs, deliver with the sweep, and nothing again when its news comes', async () => {
    redis.pause();
    const first = await burst();
    await receiver.until(() => receiver.textsOf(group.id).length >= BURST);
    // Each burst takes a sweep: it hangs for longer than the time between two of them.
    const second = await burst();
    await receiver.until(() => receiver.textsOf(group.id).length >= 2 * BURST);
    redis.goOn();
    // What hung comes first, on the same connections.
    await expectAll([...first, ...second, ...(await burst())]);
  });

  it('tell of a group that one gets into while Redis is away', async () => {
    await redis.kill();
    const secret = await ann.group('private', bob);
    await receiver.next('group:added', ({ group }) => group.id === secret.id);
    await redis.startAgain();
    [ann, bob].forEach((person) => person.leave());
  });
});

describe('Two nodes without Redis', () => {
  it('deliver with the sweep what the other stored, in order, each once', async () => {
    const one = await startApp();
    const two = await startApp({}, one.database);
    const ann = await Person.register(one.url, 'ann');
    const bob = (await Person.register(one.url, 'bob')).at(two.url);
    const group = await ann.group('public', bob);
    const receiver = await bob.connect();
    for (let index = 0; index < 5; index += 1) await ann.send(group.id, `${index}`);
    await receiver.until(() => receiver.textsOf(group.id).length === 5);
    expect(receiver.textsOf(group.id)).toEqual(['0', '1', '2', '3', '4']);
    bob.leave();
    await two.close();
    await one.close();
  });
});
