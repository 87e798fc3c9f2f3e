import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';
import { RedisCluster } from './faults/redis-cluster.js';

const TURNS = 10;
/** With the sweep alone, which comes every two seconds, the turns would take twenty. */
const AT_ONCE = 10_000;

describe('Two nodes, each with another master of a Redis Cluster', () => {
  let cluster: RedisCluster;
  let one: TestApp;
  let two: TestApp;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    const [first, second] = cluster.urls;
    one = await startApp({ redisUrl: first });
    two = await startApp({ redisUrl: second }, one.database);
  });
  afterAll(async () => {
    await two.close();
    await one.close();
    await cluster.stop();
  });

  it('tell each other at once, for every group, wherever its slot is', async () => {
    const ann = await Person.register(one.url, 'ann');
    const bob = (await Person.register(one.url, 'bob')).at(two.url);
    const groups = [await ann.group('public', bob), await ann.group('public', bob), await ann.group('public', bob)];
    const [near, far] = [await ann.connect(), await bob.connect()];
    const began = Date.now();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const groupId = groups[turn % groups.length]!.id;
      await near.do('message:send', { groupId, text: `${turn}` });
      await far.next('message:created', ({ message }) => message.text === `${turn}`);
      await far.do('message:send', { groupId, text: `answer ${turn}` });
      await near.next('message:created', ({ message }) => message.text === `answer ${turn}`);
    }
    expect(Date.now() - began).toBeLessThan(AT_ONCE);
    [ann, bob].forEach((person) => person.leave());
  });
});
