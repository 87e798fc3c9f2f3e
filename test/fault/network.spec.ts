import { describe } from '@jest/globals';
import { until } from './stage/until.js';
import { play } from './stage/play.js';

/** One group in which everyone is, and which is all that they talk in. */
const ONE_GROUP = { groups: 1, drifters: 0 };

describe('The network', () => {
  play('cuts clients off for a moment', { nodes: 2, lines: 'balancer' }, async (scenario) => {
    const { load, plan, wires } = scenario;
    for (let time = 0; time < 10; time += 1) {
      await load.more(scenario.soon(60));
      const wire = plan.random.pick(wires);
      await scenario.strike('a cut', () => wire.cut());
      await load.more(10);
      wire.mend();
    }
  });

  play(
    'cuts clients off for hundreds of changes, and for more than can be replayed',
    {
      lines: 'balancer',
      shape: {
        ...ONE_GROUP,
        weights: { send: 80, edit: 15, delete: 5, react: 8, pin: 2, typing: 0, read: 0, membership: 0 },
      },
    },
    async (scenario) => {
      const { load, wires, devices, stage } = scenario;
      await load.more(50);
      const head = async () => (await stage.database.rows()).groups[0]!.revision;
      const away = async (which: number, changes: number) => {
        await scenario.strike(`a cut for ${changes} changes`, () => wires[which]!.cut());
        const goal = (await head()) + changes;
        while ((await head()) < goal) await load.more(50);
      };
      await away(0, 400);
      await away(1, 650);
      wires[1]!.mend();
      await until('one who missed hundreds', () => devices[1]!.online);
      await load.more(50);
      wires[0]!.mend();
      await until('one who missed too much', () => devices[0]!.online);
      await load.more(50);
    },
  );

  play('leaves connections half-open', { lines: 'balancer' }, async (scenario) => {
    const { load, plan, wires } = scenario;
    for (let time = 0; time < 4; time += 1) {
      await load.more(scenario.soon(80));
      const wire = plan.random.pick(wires);
      // Who has one finds out when a command is not answered, and opens another while the old one is still there.
      await scenario.strike('a half-open line', () => wire.freeze());
    }
    await load.more(100);
  });

  play('is slow in one direction for some', { lines: 'balancer' }, async (scenario) => {
    const { load, wires } = scenario;
    for (const [index, wire] of wires.slice(0, 3).entries()) {
      await scenario.strike('a slow line', () => wire.lag(50 * (index + 1)));
      await load.more(40);
    }
    for (const wire of wires.slice(0, 2)) {
      await scenario.strike('a cut of a slow line', () => wire.cut());
      await load.more(30);
      wire.mend();
    }
    await load.more(60);
  });
});
