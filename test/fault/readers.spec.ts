import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChatGateway } from '../../src/realtime/chat.gateway.js';
import { backlogOf } from '../../src/realtime/outlet.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';
import { Wire } from './faults/wire.js';
import { play } from './stage/play.js';
import { until } from './stage/until.js';

const TALK = { send: 100, edit: 0, delete: 0, react: 0, pin: 0, typing: 0, read: 0, membership: 0 };
/** Makes a message of about 12 kB. */
const LONG = ' 長い話'.repeat(950);
/** Operations, of one message or more, that are more than the kernel and the node keep for one reader. */
const MANY = 1_200;
/** What the node keeps for a reader, and what one turn of its event loop may add before it looks, in bytes. */
const KEPT = 4 * 1024 * 1024 + 200 * 16 * 1024;

describe('A client that never reads', () => {
  play(
    'is sent away, disturbs nobody, and catches up when it comes back',
    { filler: LONG, shape: { groups: 1, drifters: 0, people: 4, devices: 4, integrators: 2, weights: TALK } },
    async (scenario) => {
      const { accounts, devices, figures, load, stage } = scenario;
      const node = stage.nodes[0]!;
      const { device, wire } = await scenario.onlooker(accounts[0]!, node);
      const others = devices.slice(0, -1);
      await load.more(20);
      const [before, connections] = [node.memory, others.map(({ connection }) => connection)];
      await scenario.strike('a paused reader', async () => {
        const [port] = wire.ports;
        wire.stopReading();
        await load.more(MANY);
        figures.push(`the node grew by ${Math.round((node.memory - before) / 2 ** 20)} MB`);
        await until('the node to end the connection', () => !node.holds(port!), 15_000);
      });
      expect(others.map(({ connection }) => connection)).toEqual(connections);
      wire.readOn();
      await until('the reader to come back', () => device.online);
      await load.more(20);
    },
  );
});

describe('A client that reads again in time', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('is told that it was too slow, and cost the node no more than it may', async () => {
    const wire = await Wire.to(app.url);
    const [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
    const group = await ann.group('public', bob);
    const [sender, reader] = [await ann.connect(), await bob.at(wire.url).connect()];
    const { sockets } = app.nest.get(ChatGateway)['server'].sockets;
    const socket = sockets.get(reader.socket.id!)!;
    wire.stopReading();
    const text = `long${LONG}`;
    let most = 0;
    for (let burst = 0; burst < MANY / 50 && socket.connected; burst += 1) {
      await Promise.all(Array.from({ length: 50 }, () => sender.do('message:send', { groupId: group.id, text })));
      most = Math.max(most, backlogOf(socket));
    }
    expect(socket.connected).toBe(false);
    expect(most).toBeLessThan(KEPT);
    wire.readOn();
    expect((await reader.next('closing')).code).toBe('too_slow');
    await reader.until(() => !reader.connected);
    const back = await bob.connect();
    const { lastSeq } = back.all('ready')[0]!.groups[0]!;
    const seqs = reader.all('message:created').map(({ message }) => message.seq);
    for (let [after, more] = [reader.cursorOf(group.id), true]; more;) {
      const page = await back.do('group:sync', { groupId: group.id, after, limit: 200 });
      seqs.push(...page.changes.flatMap(({ payload }) => ('message' in payload ? [payload.message.seq] : [])));
      ({ revision: after, more } = page);
    }
    expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    ann.leave();
    back.close();
    await wire.close();
  });
});
