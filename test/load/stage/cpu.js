import { readdir, readFile } from 'node:fs/promises';

/** Ticks a second of the times in /proc, the same on every Linux that Node.js runs on. */
const TICKS = 100;

/**
 * The CPU seconds, user and system, that a process and all its descendants have used, those that have ended and were
 * waited for included. For PostgreSQL that is all of it: give it the postmaster. What the kernel does for them in
 * threads of its own (writing back pages) is not in it, on neither side of a comparison.
 *
 * @param {number} root
 */
export async function cpuSeconds(root) {
  const all = await processes();
  const within = (/** @type {number | undefined} */ pid) => {
    for (; pid !== undefined; pid = all.get(pid)?.parent) if (pid === root) return true;
    return false;
  };
  if (!all.has(root)) throw new Error(`process ${root} has ended`);
  let ticks = 0;
  for (const [pid, stat] of all) if (within(pid)) ticks += stat.ticks;
  return ticks / TICKS;
}

/** The resident memory of a process in bytes. @param {number} pid */
export async function residentMemory(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

async function processes() {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const read = await Promise.all(pids.map(async (pid) => /** @type {const} */ ([pid, await statOf(pid)])));
  return new Map(read.flatMap(([pid, stat]) => (stat ? [[pid, stat]] : [])));
}

/** See proc_pid_stat(5). The name, in brackets, may hold anything. @param {number} pid */
async function statOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrensUser, childrensSystem] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), ticks: user + system + childrensUser + childrensSystem };
}
