/** Decides everything that is not up to the machine. */
export const SEED = Number(process.env.FAULT_SEED ?? 1);

/** How often each scenario's faults strike, one after the other; more than one is the long form. */
export const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);

/** How long one scenario may take, in milliseconds. */
export const TIMEOUT = 90_000 + 60_000 * ROUNDS;
