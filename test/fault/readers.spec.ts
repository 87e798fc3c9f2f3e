import { describe } from '@jest/globals';
import { play } from './stage/play.js';
import { until } from './stage/until.js';

const TALK = { send: 100, edit: 0, delete: 0, typing: 0, read: 0, membership: 0 };
/** Makes a message of about 12 kB, so that a burst is more than the kernel keeps for a reader. */
const LONG = ' 長い話'.repeat(950);

describe('A client that reads nothing while a burst goes on', () => {
  play(
    'disturbs nobody, and catches up or is sent away',
    {
      lines: 'balancer',
      filler: LONG,
      shape: { groups: 1, drifters: 0, people: 4, devices: 5, integrators: 1, weights: TALK },
    },
    async (scenario) => {
      const { devices, figures, load, stage, wires } = scenario;
      const [device, wire, node] = [devices[0]!, wires[0]!, stage.nodes[0]!];
      await load.more(30);
      await until('a line', () => device.online);
      const before = node.memory;
      const others = devices.slice(1);
      await scenario.strike('a paused reader', async () => {
        wire.stopReading();
        await load.more(800);
        const groupId = scenario.groupIds[0]!;
        const [head] = await stage.database.query<{ revision: number }>(
          'SELECT revision::int FROM groups WHERE id = $1',
          [groupId],
        );
        await until('the others to have the burst', () =>
          others.every(({ cursors }) => cursors.get(groupId)! >= head!.revision),
        );
      });
      const grown = Math.round((node.memory - before) / 2 ** 20);
      wire.readOn();
      await until('the reader to catch up or be sent away', async () => {
        await load.more(1);
        return device.online;
      });
      await load.more(20);
      figures.push(
        `the node grew by ${grown} MB; sent away as too slow: ${device.closings.get('too_slow') ?? 0} times`,
      );
    },
  );
});
