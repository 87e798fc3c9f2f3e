/** Senders that each keep a number of sends in flight: as soon as one is acknowledged, the next one goes. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { textFor } from '../wire/frames.js';
import { serve } from '../wire/rpc.js';
import { Crowd } from './crowd.js';

/** @type {Crowd} */ let crowd;
/** @type {import('./crowd.js').Member[]} */ let senders;
let sending = false;
let inFlight = 0;
let acknowledged = 0;

serve({
  async open({ url, groups, ordered, senders: perGroup }) {
    crowd = await Crowd.connect({ url, groups, ordered });
    senders = crowd.rooms.flatMap(({ members }) => members.slice(0, perGroup));
    await delay(300); // A member of the product is ready a moment before it is in its group.
  },

  /** Sends for `ms`, waits for every answer and delivery, and says what it came to. */
  async round({ ms, window }) {
    const before = { acknowledged, deliveries: crowd.deliveries, bytes: crowd.bytes };
    const began = performance.now();
    sending = true;
    for (const sender of senders) for (let index = 0; index < window; index += 1) send(sender);
    await delay(ms);
    sending = false;
    while (inFlight > 0) await delay(2);
    await crowd.drain();
    const seconds = (performance.now() - began) / 1000;
    const deliveries = crowd.deliveries - before.deliveries;
    return {
      seconds,
      sends: acknowledged - before.acknowledged,
      deliveries,
      frameBytes: (crowd.bytes - before.bytes) / deliveries,
      cpu: process.cpuUsage(),
    };
  },

  check: () => crowd.check(),
});

/** @param {import('./crowd.js').Member} sender */
function send(sender) {
  inFlight += 1;
  crowd.expect(sender.room);
  const payload = { groupId: sender.room.id, text: textFor(0), id: randomUUID() };
  sender.socket.emit('message:send', payload, (answer) => {
    if (answer?.error) throw new Error(`a send was refused: ${JSON.stringify(answer.error)}`);
    inFlight -= 1;
    acknowledged += 1;
    if (sending) send(sender);
  });
}
