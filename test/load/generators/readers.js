/** Reads pages of a group's history over HTTP, a few at a time, and checks each. */
import { Agent, get } from 'node:http';
import { percentile } from '../report/figures.js';
import { serve } from '../wire/rpc.js';

const READERS = 4;
const LIMIT = 50;

const agent = new Agent({ keepAlive: true, maxSockets: READERS });

serve({
  /** Reads the newest page, or `random` ones, for `ms`. */
  async round({ url, group, random, ms }) {
    /** @type {number[]} */ const latencies = [];
    const end = performance.now() + ms;
    const read = async () => {
      while (performance.now() < end) {
        const before = random ? LIMIT + 1 + Math.floor(Math.random() * (group.lastSeq - LIMIT)) : undefined;
        const began = performance.now();
        const page = await json(url, group, before);
        latencies.push(performance.now() - began);
        check(page, (before ?? group.lastSeq + 1) - LIMIT);
      }
    };
    await Promise.all(Array.from({ length: READERS }, read));
    return { requests: latencies.length, p50: percentile(latencies, 50), p99: percentile(latencies, 99) };
  },
});

function json(url, { id, members }, before) {
  const cursor = before === undefined ? '' : `&before=${before}`;
  const headers = { authorization: `Bearer ${members[0].token}` };
  return new Promise((resolve, reject) => {
    const request = get(`${url}/messages?groupId=${id}&limit=${LIMIT}${cursor}`, { agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => (body += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body));
        else reject(new Error(`a page was refused: ${body}`));
      });
    });
    request.on('error', reject);
  });
}

/** @param {{ items: { seq: number }[] }} page @param {number} first the seq with which it has to begin */
function check({ items }, first) {
  const right = items.length === LIMIT && items.every(({ seq }, index) => seq === first + index);
  if (!right) throw new Error(`a page from ${first} had ${items.map(({ seq }) => seq)}`);
}
