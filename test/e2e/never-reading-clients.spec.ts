import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { HostileClient, maskedFrame, PING, TEXT } from '../support/hostile-client.js';
import { Person } from '../support/person.js';
import { REPORTS_MEMORY, ServerProcess } from '../support/server-process.js';

const MB = 2 ** 20;
/** What a client that never reads may cost, in every state. */
const MAX_COST = 40 * MB;
/** Makes a message of about 12 kB. */
const LONG = '長い話です'.repeat(795);
const MESSAGES = 1_000;
const GROUPS = 6;

const block = (opcode: number, payload: string, times: number) =>
  Buffer.concat(Array.from({ length: times }, () => maskedFrame(opcode, payload)));

/** The server has little memory, so that it dies of what is not bounded; and no rate limits, which would hide it. */
describe('A client that never reads', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let ann: Person;
  const groupIds: string[] = [];
  const clients: HostileClient[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    server = await ServerProcess.start({
      DATABASE_URL: database.url,
      JWT_SECRET: 'a secret that only the tests know, 0123456789',
      NODE_OPTIONS: `--max-old-space-size=160 --max-semi-space-size=8 ${REPORTS_MEMORY}`,
    });
    ann = await Person.register(server.url, 'ann');
    const sender = await ann.connect();
    for (let count = 0; count < GROUPS; count += 1) {
      const group = await ann.group('private');
      groupIds.push(group.id);
      for (let sent = 0; sent < MESSAGES; sent += 50) {
        const send = () => sender.do('message:send', { groupId: group.id, text: LONG });
        await Promise.all(Array.from({ length: 50 }, send));
      }
    }
    ann.leave();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  /** The most that the server keeps beyond `before` while a flood is answered. */
  const costOf = async (flood: () => Promise<void>): Promise<number> => {
    const before = await server.retainedBytes();
    let most = before;
    const work = flood();
    const over = work.then(() => true);
    for (let after = 0; after < 8;) {
      most = Math.max(most, await server.retainedBytes());
      if ((await Promise.race([over, delay(250)])) === true) after += 1;
      await delay(250);
    }
    expect((await ann.api.get('/health/live')).status).toBe(200);
    return most - before;
  };

  const webSocket = async (sid?: string) => {
    const client = await HostileClient.webSocket(server.url, sid);
    clients.push(client);
    return client;
  };
  const authenticated = async (cursors: Record<string, number> = {}) => {
    const client = await webSocket();
    client.socket.write(maskedFrame(TEXT, `40${JSON.stringify({ token: ann.token, cursors })}`));
    await client.readUntil('42["ready"');
    return client;
  };
  const polling = async () => {
    const response = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    return (JSON.parse((await response.text()).slice(1)) as { sid: string }).sid;
  };
  const pollUrl = (sid: string) => `${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  const post = (sid: string, body: string) =>
    fetch(pollUrl(sid), { method: 'POST', body, headers: { 'content-type': 'text/plain' } }).then(
      ({ status }) => status,
      () => 0,
    );
  const get = async (path: string, times = 1) => {
    const client = await HostileClient.connect(server.url);
    clients.push(client);
    const { host } = new URL(server.url);
    const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${ann.token}\r\n\r\n`;
    client.socket.write(request.repeat(times));
    return client;
  };
  const syncOf = (groupId: string, id: number) =>
    `42${id}["group:sync",{"groupId":"${groupId}","after":0,"limit":200}]`;

  it('costs little when it sends pings without authenticating', async () => {
    const pings = block(PING, 'x'.repeat(60), 10_000);
    expect(await costOf(async () => (await webSocket()).flood(pings, 60))).toBeLessThan(MAX_COST);
  });

  it('costs little when it sends CONNECT packets by polling', async () => {
    const body = Array.from({ length: 12_800 }, () => '40{}').join('\x1e');
    const flood = async () => {
      const sid = await polling();
      for (let count = 0; count < 20; count += 1) if ((await post(sid, body)) !== 200) return;
    };
    expect(await costOf(flood)).toBeLessThan(MAX_COST);
  });

  it('costs little when it sends CONNECT packets over a WebSocket', async () => {
    const connects = block(TEXT, '40{}', 10_000);
    expect(await costOf(async () => (await webSocket()).flood(connects, 60))).toBeLessThan(MAX_COST);
  });

  it('costs little when it probes for an upgrade again and again', async () => {
    const probes = block(TEXT, '2probe', 10_000);
    expect(await costOf(async () => (await webSocket(await polling())).flood(probes, 600))).toBeLessThan(MAX_COST);
  });

  it('costs little when it sends commands that do not exist', async () => {
    const commands = block(TEXT, '421["x"]', 10_000);
    expect(await costOf(async () => (await authenticated()).flood(commands, 50))).toBeLessThan(MAX_COST);
  });

  it('costs little when it sends commands that are too long', async () => {
    const command = maskedFrame(TEXT, `421["message:send",{"text":"${'x'.repeat(100_000)}"}]`);
    expect(await costOf(async () => (await authenticated()).flood(command, 1_000))).toBeLessThan(MAX_COST);
  });

  it('costs little while it catches up with everything', async () => {
    const cursors = Object.fromEntries(groupIds.map((id) => [id, 60]));
    const flood = async () => {
      for (let count = 0; count < 3; count += 1) await authenticated(cursors);
    };
    expect(await costOf(flood)).toBeLessThan(MAX_COST);
  });

  it('costs little when it asks for many pages of changes at once', async () => {
    const pages = Buffer.concat(Array.from({ length: 190 }, (_, id) => maskedFrame(TEXT, syncOf(groupIds[0]!, id))));
    expect(await costOf(async () => (await authenticated()).flood(pages, 1))).toBeLessThan(MAX_COST);
  });

  it('costs little when it asks for them by polling, and leaves every poll unread', async () => {
    const flood = async () => {
      const sid = await polling();
      await post(sid, `40${JSON.stringify({ token: ann.token })}`);
      while (!(await (await fetch(pollUrl(sid))).text()).includes('42["ready"'));
      for (let count = 0; count < 40; count += 1) {
        const pages = Array.from({ length: 8 }, (_, id) => syncOf(groupIds[id % GROUPS]!, id)).join('\x1e');
        if ((await post(sid, pages)) !== 200) return;
        const poll = await get(`/socket.io/?EIO=4&transport=polling&sid=${sid}`);
        // Its first bytes, and no more.
        await Promise.race([once(poll.socket, 'readable'), once(poll.socket, 'close')]);
      }
    };
    expect(await costOf(flood)).toBeLessThan(MAX_COST);
  });

  it('costs little when it leaves the answers to its requests unread', async () => {
    const flood = async () => {
      for (let count = 0; count < 60; count += 1) await get(`/messages?groupId=${groupIds[0]}&limit=100`, 10);
    };
    expect(await costOf(flood)).toBeLessThan(MAX_COST);
  });
});
