import { randomUUID } from 'node:crypto';
import { describe, expect } from '@jest/globals';
import type { Outcome } from './driver/commander.js';
import { play } from './stage/play.js';
import { until } from './stage/until.js';

describe('The acknowledgement', () => {
  play('is lost after the commit, and the same is sent again', { lines: 'balancer' }, async (scenario) => {
    const { commander, devices, groupIds, load, plan, stage, wires } = scenario;
    for (let time = 0; time < 5; time += 1) {
      await load.more(scenario.soon(50));
      const index = devices.findIndex(({ account }) => account.id === scenario.accounts[plan.groups[0]!.owner]!.id);
      const [device, wire] = [devices[index]!, wires[index]!];
      await until('a line', () => device.online);
      const messageId = randomUUID();
      const intent = { verb: 'send', groupId: groupIds[0]!, messageId, text: `lost-${messageId} ack` } as const;
      let sent: Promise<Outcome> | undefined;
      await scenario.strike('a lost acknowledgement', async () => {
        wire.swallow();
        sent = commander.insist(device.account, intent, device);
        await until('the commit', async () => {
          const rows = await stage.database.query('SELECT 1 FROM messages WHERE id = $1', [intent.messageId]);
          return rows.length === 1;
        });
        wire.cut();
        wire.mend();
      });
      expect(await sent).toMatchObject({ end: 'ok', message: { id: intent.messageId } });
    }
  });

  play(
    'is the same for one send that is tried a hundred times on two nodes at once',
    { nodes: 2 },
    async (scenario) => {
      const { accounts, commander, devices, groupIds, load, plan, stage } = scenario;
      for (let time = 0; time < 3; time += 1) {
        await load.more(scenario.soon(60));
        const sender = accounts[plan.groups[0]!.owner]!;
        const device = devices.find(({ account }) => account === sender)!;
        const messageId = randomUUID();
        const intent = {
          verb: 'send',
          groupId: groupIds[0]!,
          messageId,
          text: `hundred-${messageId} x`,
        } as const;
        await scenario.strike('a hundred tries at once', async () => {
          const tries = Array.from({ length: 100 }, (_, index) =>
            index % 4 === 3
              ? commander.attempt(sender, intent, device)
              : commander.attempt(sender, intent, undefined, stage.nodes[index % 2]!.url),
          );
          const outcomes = await Promise.all(tries);
          const seqs = new Set(outcomes.flatMap((one) => (one.end === 'ok' && one.message ? [one.message.seq] : [])));
          expect(outcomes.map(({ end }) => end).filter((end) => end === 'failed')).toEqual([]);
          expect(seqs.size).toBe(1);
        });
      }
    },
  );
});
