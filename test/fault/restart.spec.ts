import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group, Message, Page } from '../../src/changes/contract.js';
import { Burst, connectFaithfully } from '../support/burst.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';
import { ServerProcess } from '../support/server-process.js';

describe('Messendger, stopped in the middle of a burst', () => {
  let dataDir: string;
  let server: ServerProcess;
  let ann: Person;
  let bob: Person;
  let group: Group;
  let clients: ChatClient[] = [];
  let burst: Burst;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'messendger-restart-'));
    server = await ServerProcess.start({ DATA_DIR: dataDir });
    [ann, bob] = [await Person.register(server.url, 'ann'), await Person.register(server.url, 'bob')];
    group = await ann.group('private', bob);
    clients = [
      await connectFaithfully(ann, group.id),
      await connectFaithfully(bob, group.id),
      await connectFaithfully(bob, group.id),
    ];
  });

  afterEach(async () => {
    burst.abort();
    clients.forEach((client) => client.close());
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** On the same folder and port, as an operator's supervisor does. */
  const startAgain = () => ServerProcess.start({ DATA_DIR: dataDir, PORT: new URL(server.url).port });
  const killPostgres = async () => {
    const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
  };

  async function history(): Promise<Message[]> {
    const messages: Message[] = [];
    for (let after: string | null = '0'; after !== null;) {
      const { body }: { body: Page<Message> } = await ann.api.get(
        `/messages?groupId=${group.id}&after=${after}&limit=100`,
      );
      messages.push(...body.items);
      after = body.nextCursor;
    }
    return messages;
  }

  /** What is promised: acknowledged is stored, once, in order, and reaches every connection once and in order. */
  async function expectThePromise({ acknowledged }: Burst): Promise<void> {
    const stored = await history();
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
    expect(new Set(stored.map(({ text }) => text)).size).toBe(stored.length);
    const byId = new Map(stored.map((message) => [message.id, message]));
    for (const message of acknowledged) expect(byId.get(message.id)).toEqual(message);
    expect(stored).toHaveLength(acknowledged.length);
    for (const client of clients) {
      await client.until(() => client.cursorOf(group.id) >= stored.at(-1)!.revision);
      expect(client.textsOf(group.id)).toEqual(stored.map(({ text }) => text));
    }
  }

  it('by SIGTERM ends well, and goes on where it was', async () => {
    burst = new Burst(group.id, clients);
    await burst.more(100);
    server.signal('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    for (const client of clients) expect(client.all('closing')[0]).toMatchObject({ code: 'server_stopping' });
    server = await startAgain();
    await burst.more(100);
    await burst.end();
    await expectThePromise(burst);
  });

  it('by a signal that comes twice, as from npm and the terminal, ends well too', async () => {
    burst = new Burst(group.id, clients);
    await burst.more(50);
    server.signal('SIGINT');
    server.signal('SIGINT');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    server = await startAgain();
    await burst.more(50);
    await burst.end();
    await expectThePromise(burst);
  });

  it('by kill -9, again and again, loses nothing that was acknowledged', async () => {
    burst = new Burst(group.id, clients);
    for (let round = 0; round < 3; round += 1) {
      await burst.more(100);
      server.signal('SIGKILL');
      await server.exited;
      server = await startAgain();
    }
    await burst.more(100);
    await burst.end();
    await expectThePromise(burst);
  });

  it('by kill -9 of PostgreSQL goes on by itself', async () => {
    burst = new Burst(group.id, clients);
    for (let round = 0; round < 2; round += 1) {
      await burst.more(100);
      await killPostgres();
    }
    await burst.more(100);
    await burst.end();
    expect(server.running).toBe(true);
    await expectThePromise(burst);
  });

  it('by kill -9 of both at once loses nothing that was acknowledged', async () => {
    burst = new Burst(group.id, clients);
    await burst.more(100);
    await killPostgres();
    server.signal('SIGKILL');
    await server.exited;
    server = await startAgain();
    await burst.more(100);
    await burst.end();
    await expectThePromise(burst);
  });
});

describe('Messendger, started', () => {
  it('by npm, stops when a supervisor stops npm, and leaves nothing running', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'messendger-npm-'));
    const byNpm = await ServerProcess.startByNpm({ DATA_DIR: dataDir });
    const [postgres] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    const { url } = byNpm;
    expect(await byNpm.stop()).toEqual({ code: 0, signal: null });
    expect(byNpm.output).toMatch(/SIGTERM: stopping[^]*Stopped/);
    await expect(fetch(url)).rejects.toThrow();
    expect(() => process.kill(Number(postgres), 0)).toThrow('ESRCH');
    const next = await ServerProcess.start({ DATA_DIR: dataDir, PORT: new URL(url).port });
    expect(await next.stop()).toEqual({ code: 0, signal: null });
    await rm(dataDir, { recursive: true, force: true });
  });

  it('twice on one folder, refuses the second time and says why, and the first goes on', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'messendger-twice-'));
    const first = await ServerProcess.start({ DATA_DIR: dataDir });
    const second = ServerProcess.launch({ DATA_DIR: dataDir });
    expect((await second.exited).code).toBe(1);
    expect(second.output).toMatch(/in use by another Messendger/);
    await Person.register(first.url, 'still-here');
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    await rm(dataDir, { recursive: true, force: true });
  });
});
