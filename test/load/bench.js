/**
 * The benchmark: `node test/load/bench.js [scenario …] [--quick] [--messages N] [--json FILE] [--profile DIR]`, on a
 * built product. README.md says what the figures mean.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describe, machine } from './report/machine.js';
import { table } from './report/table.js';
import * as fanout from './scenarios/fanout.js';
import * as history from './scenarios/history.js';
import * as idle from './scenarios/idle.js';
import * as latency from './scenarios/latency.js';
import * as logins from './scenarios/logins.js';
import * as pairs from './scenarios/pairs.js';
import * as resume from './scenarios/resume.js';
import { Stage } from './stage/stage.js';

/**
 * @typedef {object} Options
 * @property {boolean} quick shorter and fewer rounds, smaller sets
 * @property {number} [messages] how many messages a long history has
 */

const SCENARIOS = { fanout, pairs, latency, history, resume, idle, logins };
/** How long a scenario may take, in milliseconds; loading ten million messages takes some minutes of its own. */
const LIMIT = 120_000;
const PER_MESSAGE = 0.1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    messages: { type: 'string' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
const unknown = names.filter((name) => !Object.hasOwn(SCENARIOS, name));
const messages = values.messages === undefined ? undefined : Number(values.messages);
if (unknown.length > 0) fail(`No scenario ${unknown.join(', ')}: there are ${Object.keys(SCENARIOS).join(', ')}.`);
if (messages !== undefined && !(Number.isInteger(messages) && messages >= 1_000)) fail('--messages is 1000 or more.');
if (process.platform !== 'linux') fail('CPU time is read from /proc: the benchmark runs on Linux only.');

const stage = await Stage.open({ profile: values.profile }).catch((error) =>
  fail(error.code === 'ERR_MODULE_NOT_FOUND' ? `Build the product first (npm run build): ${error.message}` : error),
);
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    void stage.close();
  });
}

const report = { machine: machine(), at: new Date().toISOString(), quick: values.quick, scenarios: {} };
console.log(describe(report.machine));
let failed = false;
for (const name of names) {
  const { title, run } = SCENARIOS[name];
  const began = Date.now();
  if (interrupted) break;
  try {
    const result = await stage.scene(() => within(limit(), run(stage, { quick: values.quick, messages })));
    report.scenarios[name] = { title, ...result };
    console.log(table(title, result), `\n  Took ${Math.round((Date.now() - began) / 1000)} s.`);
  } catch (error) {
    if (interrupted) break;
    failed = true;
    report.scenarios[name] = { title, failed: error.message };
    console.error(`\n${title}\n\nFAILED: ${error.stack}`);
  }
}
await stage.close();
if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(interrupted ? 130 : failed ? 1 : 0);

/** How long this scenario may take. */
function limit() {
  return LIMIT + (messages ?? 0) * PER_MESSAGE;
}

/** @template T @param {number} ms @param {Promise<T>} work @returns {Promise<T>} */
async function within(ms, work) {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`did not end within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/** @param {unknown} reason @returns {never} */
function fail(reason) {
  console.error(reason instanceof Error ? reason.stack : reason);
  process.exit(2);
}
