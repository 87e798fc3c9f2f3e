import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Redis } from './faults/redis.js';
import { Scenario } from './stage/scenario.js';
import { TIMEOUT } from './stage/settings.js';

describe('Redis, under three nodes and load,', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = await Redis.start();
  });

  afterAll(() => redis.stop());

  const play = (name: string, act: (scenario: Scenario) => Promise<void>) =>
    it(
      name,
      () =>
        Scenario.play(name, { nodes: 3, environment: { REDIS_URL: redis.url } }, async (scenario) => {
          if ((await redis.clients()) === 0)
            scenario.figures.push('this build does not use Redis: the sweep delivered');
          await act(scenario);
        }),
      TIMEOUT,
    );

  play('is killed and comes back, and stands still', async (scenario) => {
    const { load } = scenario;
    await load.more(scenario.soon());
    await scenario.strike('kill -9 of Redis', () => redis.kill());
    // Sends go on without it.
    await load.more(100);
    await scenario.strike('return of Redis', () => redis.startAgain());
    await load.more(scenario.soon());
    await scenario.strike('Redis stands still', () => redis.freeze());
    await load.more(100);
    redis.thaw();
    await load.more(scenario.soon());
  });

  play('dies together with a node', async (scenario) => {
    const { load, plan, stage } = scenario;
    await load.more(scenario.soon());
    const node = plan.random.pick(stage.nodes);
    await scenario.strike(`kill -9 of Redis and ${node.name}`, async () => {
      await Promise.all([redis.kill(), node.kill()]);
    });
    await load.more(scenario.soon());
    await Promise.all([redis.startAgain(), node.startAgain()]);
    await load.more(scenario.soon());
  });
});
