/**
 * Sends at a fixed rate, by a schedule that does not wait for anybody, and measures each delivery from the moment for
 * which its send was scheduled: a server that stalls does not get fewer sends for it (no coordinated omission).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../report/figures.js';
import { scheduleOf, textFor } from '../wire/frames.js';
import { serve } from '../wire/rpc.js';
import { Crowd } from './crowd.js';

/** @type {Crowd} */ let crowd;
/** @type {number[]} */ let latencies = [];

serve({
  async open({ url, groups, ordered }) {
    crowd = await Crowd.connect({ url, groups, ordered }, (frame) => {
      latencies.push(performance.now() - scheduleOf(frame) / 1000);
    });
    await delay(300);
  },

  /** Sends `rate` messages a second for `ms`, a group and a member after the other. */
  async round({ ms, rate }) {
    latencies = [];
    const lateness = [];
    const began = performance.now();
    const total = Math.round((ms * rate) / 1000);
    for (let sent = 0; sent < total;) {
      const due = began + (sent * 1000) / rate;
      const now = performance.now();
      if (now < due) {
        await delay(due - now);
        continue;
      }
      lateness.push(now - due);
      send(sent++, due);
    }
    await crowd.drain();
    return {
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      max: percentile(latencies, 100),
      deliveries: latencies.length,
      lateness: percentile(lateness, 99),
    };
  },

  check: () => crowd.check(),
});

/** @param {number} number @param {number} due */
function send(number, due) {
  const room = crowd.rooms[number % crowd.rooms.length];
  const member = room.members[Math.floor(number / crowd.rooms.length) % room.members.length];
  crowd.expect(room);
  const payload = { groupId: room.id, text: textFor(Math.round(due * 1000)), id: randomUUID() };
  member.socket.emit('message:send', payload, (answer) => {
    if (answer?.error) throw new Error(`a send was refused: ${JSON.stringify(answer.error)}`);
  });
}
