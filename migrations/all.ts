import { Initial1763800000000 } from './1763800000000-initial.js';

/** Every migration, oldest first. A new one is added at the end. */
export const migrations = [Initial1763800000000];
