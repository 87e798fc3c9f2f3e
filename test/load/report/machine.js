import { cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** @param {ReturnType<typeof machine>} it */
export const describe = (it) =>
  `${it.cpu}, ${it.cores} cores, ${it.memoryGb} GB, ${it.system}, Node.js ${it.node}. Only ratios within one run count.`;
