import { describe } from '@jest/globals';
import { play } from './stage/play.js';

describe('The nodes', () => {
  play('are killed with -9, again and again, in the middle of a burst', { nodes: 2 }, async (scenario) => {
    const { load, plan, stage } = scenario;
    for (let time = 0; time < 2; time += 1) {
      await load.more(scenario.soon());
      const node = plan.random.pick(stage.nodes);
      await scenario.strike(`kill -9 of ${node.name}`, () => node.kill());
      await node.startAgain();
    }
    await load.more(scenario.soon());
  });

  play('are restarted by SIGTERM, one after the other, under load', { nodes: 2 }, async (scenario) => {
    const { load, stage } = scenario;
    for (const node of stage.nodes) {
      await load.more(scenario.soon());
      await scenario.strike(`SIGTERM to ${node.name}`, async () => {
        const code = await node.stop();
        if (code !== 0) scenario.broken(`${node.name} ended with ${code}: ${node.output.slice(-500)}`);
      });
      await node.startAgain();
    }
    await load.more(scenario.soon());
  });

  play('are three, and one dies for good', { nodes: 3 }, async (scenario) => {
    const { load, plan, stage } = scenario;
    await load.more(scenario.soon());
    const alive = stage.nodes.filter(({ running }) => running);
    const node = plan.random.pick(alive);
    if (alive.length > 1) await scenario.strike(`death of ${node.name}`, () => node.kill());
    await load.more(200);
  });
});
