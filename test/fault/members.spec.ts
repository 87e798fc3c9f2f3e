import { describe, expect } from '@jest/globals';
import { play } from './stage/play.js';
import { until } from './stage/until.js';

const CHATTER = { send: 80, edit: 8, delete: 2, react: 8, pin: 2, typing: 10, read: 0, membership: 0 };

describe('A member', () => {
  play(
    'who is removed in the middle of a burst gets nothing more, and everything once taken in again',
    { nodes: 2, shape: { groups: 1, drifters: 2, weights: CHATTER } },
    async (scenario) => {
      const { accounts, commander, groupIds, load, plan, stage } = scenario;
      const groupId = groupIds[0]!;
      const owner = accounts[plan.groups[0]!.owner]!;
      for (const drifter of [...plan.drifters, ...plan.drifters]) {
        const target = accounts[drifter]!;
        await commander.insist(owner, { verb: 'add', groupId, target: target.id });
        await load.more(scenario.soon(80));
        await scenario.strike(`removal of ${target.username}`, async () => {
          const { end } = await commander.insist(owner, { verb: 'remove', groupId, target: target.id });
          expect(end).not.toBe('unknown');
        });
        for (const { url, running } of stage.nodes) {
          if (!running) continue;
          // The group is public: one may see that it is there, and not what is said in it.
          const { status } = await target.call('GET', `/messages?groupId=${groupId}`, undefined, url);
          if (status === 200) scenario.broken(`${target.username} still reads at ${url}`);
        }
        await load.more(scenario.soon(80));
      }
    },
  );

  play(
    'who is taken in at one node is told at the other',
    { nodes: 2, lines: 'nodes', shape: { groups: 1, drifters: 1, weights: CHATTER } },
    async (scenario) => {
      const { accounts, commander, devices, groupIds, load, plan, stage } = scenario;
      const [groupId, target] = [groupIds[0]!, accounts[plan.drifters[0]!]!];
      const owner = accounts[plan.groups[0]!.owner]!;
      const device = devices.find(({ account }) => account === target)!;
      const far = stage.nodes[devices.indexOf(device) % 2 === 0 ? 1 : 0]!;
      for (const verb of ['add', 'remove', 'add'] as const) {
        await load.more(scenario.soon(50));
        await scenario.strike(`${verb} at ${far.name}`, async () => {
          await commander.attempt(owner, { verb, groupId, target: target.id }, undefined, far.url);
        });
      }
      await load.more(scenario.soon(50));
    },
  );

  play(
    'whose token ends in the middle of a burst logs in again and misses nothing',
    { environment: { ACCESS_TOKEN_TTL: '3s' } },
    async (scenario) => {
      const { devices, load } = scenario;
      const expiries = () => devices.map(({ closings }) => closings.get('token_expired') ?? 0);
      const before = expiries();
      await scenario.strike('the end of every token', () =>
        until('every token to end', async () => {
          await load.more(20);
          return expiries().every((count, index) => count > before[index]!);
        }),
      );
      await load.more(100);
    },
  );
});
