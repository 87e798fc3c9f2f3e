/** Loaded into a server's process before its own code: on SIGUSR2 it collects the garbage, and writes what is left. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
let count = 0;

process.on('SIGUSR2', () => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  count += 1;
  process.stdout.write(`memory ${count}: ${heapUsed + external}\n`);
});
