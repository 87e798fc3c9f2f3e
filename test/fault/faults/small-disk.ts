import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BALLAST = 'ballast';
const MEGABYTE = 1024 * 1024;

/** A disk of its own, in memory, small enough to be full. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Undefined where none can be mounted. */
  static async mount(megabytes: number): Promise<SmallDisk | undefined> {
    const path = await mkdtemp(join(tmpdir(), 'messendger-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path]);
      return new SmallDisk(path);
    } catch {
      await rm(path, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Leaves next to nothing free. */
  async fill(): Promise<void> {
    const file = await open(join(this.path, BALLAST), 'a');
    try {
      for (const size of [MEGABYTE, 4096]) {
        while (await file.write(Buffer.alloc(size)).catch(() => undefined)) if ((await this.free()) === 0) break;
      }
    } finally {
      await file.close();
    }
  }

  async free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  async clear(): Promise<void> {
    await rm(join(this.path, BALLAST), { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.path]);
    await rm(this.path, { recursive: true, force: true });
  }
}
