import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** The server as it was built, started as `npm start` does, with the page and a data folder of its own. */
export class BuiltServer {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly dataDir: string,
  ) {}

  /** `settings` come on top of those of the developer. */
  static async start(settings: Record<string, string> = {}): Promise<BuiltServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'messendger-page-'));
    const environment = { ...process.env };
    delete environment.DATABASE_URL;
    const child = spawn(process.execPath, [MAIN], {
      env: { ...environment, NODE_ENV: 'development', DATA_DIR: dataDir, PORT: '0', RATE_LIMITS: 'off', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new BuiltServer(await announced(child), child, dataDir);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The address that the server says it is at. */
async function announced(child: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const url = /the page is at (http:\/\/\S+?),/.exec(said)?.[1];
        if (url) resolve(url);
      });
    }
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${said}`)));
  });
}
