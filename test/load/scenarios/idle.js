import { setTimeout as delay } from 'node:timers/promises';
import { residentMemory } from '../stage/cpu.js';
import { populate } from '../stage/fixtures.js';

const MEMBERS = 50;
/** Before memory is looked at: the server has nothing left to do. */
const SETTLE = 2_000;

export const title = 'idle: memory of connections that do nothing, each in one group of 50';

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../bench.js').Options} options
 */
export async function run(stage, { quick }) {
  const plan = { groups: (quick ? 500 : 2_000) / MEMBERS, members: MEMBERS };
  const database = await stage.database();
  const product = await stage.product(database);
  const bare = await stage.rival('bare');
  const groups = await populate(database.url, stage.secret, plan);

  const ours = await memory(stage, product, groups);
  const other = await memory(stage, bare, groups);
  const figure = (name, key) => ({ name, ours: ours[key], other: other[key], ratio: ours[key] / other[key] });

  return {
    ours: 'Messendger',
    other: 'bare Socket.IO',
    rounds: { ours: [ours], other: [other] },
    figures: [
      figure('RSS before, MB', 'before'),
      figure('RSS with all, MB', 'after'),
      figure('RSS a connection, KB', 'each'),
      figure('in use a connection, KB', 'inUse'),
    ],
    notes: [`${ours.connections.toLocaleString('en')} connections; PostgreSQL's memory is not counted.`],
  };
}

/**
 * @param {import('../stage/stage.js').Stage} stage
 * @param {import('../stage/stage.js').Server} server
 * @param {import('../stage/fixtures.js').Group[]} groups
 */
async function memory(stage, server, groups) {
  const used = await server.memoryInUse();
  const before = await residentMemory(server.pid);
  const connections = await stage.generator('idlers').call('open', { url: server.url, groups });
  await delay(SETTLE);
  const after = await residentMemory(server.pid);
  const inUse = (await server.memoryInUse()) - used;
  return {
    connections,
    before: before / 2 ** 20,
    after: after / 2 ** 20,
    each: (after - before) / 1024 / connections,
    inUse: inUse / 1024 / connections,
  };
}
