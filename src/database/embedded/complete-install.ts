/**
 * A program of its own, the last step of the build: mends what npm leaves out where install scripts are not run, while
 * the installing user, who may write to the packages, is still there. Without a package for this platform it says so.
 */
import { findBinaries } from './binaries.js';
import { messageOf } from './errors.js';

await findBinaries().catch((error: unknown) => console.warn(messageOf(error)));
