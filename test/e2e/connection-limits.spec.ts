import { once } from 'node:events';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ProblemDetails } from '../../src/changes/contract.js';
import { Config } from '../../src/config/config.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { HostileClient, maskedFrame, PING, TEXT } from '../support/hostile-client.js';
import { Person } from '../support/person.js';
import { upgradeStatus } from '../support/raw-request.js';

const EVIL = 'Origin: https://evil.example.net\r\n';
const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

describe('Limits on connections', () => {
  let app: TestApp;
  let limited: TestApp;
  const clients: HostileClient[] = [];

  beforeAll(async () => {
    app = await startApp();
    const { limits } = new Config();
    const few = { points: 5, duration: 60 };
    const register = { points: 100, duration: 60 };
    const strict = { rateLimits: true, connectionsPerUser: 2, limits: { ...limits, connect: few, register } };
    limited = await startApp(strict, app.database);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    await limited.close();
    await app.close();
  });

  const hostile = async (work: Promise<HostileClient>) => {
    const client = await work;
    clients.push(client);
    return client;
  };

  describe('A connection that is refused, whose client keeps its side open, is released', () => {
    const server = (): Server => app.nest.getHttpServer();
    const held = () => promisify(server().getConnections.bind(server()))();

    it.each([
      [
        'by a poll from another origin',
        `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n${EVIL}\r\n`,
      ],
      [
        'by an upgrade from another origin',
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n${EVIL}${UPGRADE}\r\n`,
      ],
      ['by an upgrade elsewhere', `GET /chat HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`],
      ...['/socket.io', '/socket.io?EIO=4', '/socket.iofoo'].map((path): [string, string] => [
        `by an upgrade at ${path}`,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`,
      ]),
      [
        'by a poll that asks for an upgrade',
        `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`,
      ],
      ['by JSONP polling', 'GET /socket.io/?EIO=4&transport=polling&j=0 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      [
        'by an upgrade of an unknown session',
        `GET /socket.io/?EIO=4&transport=websocket&sid=x HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`,
      ],
      ['by what is not HTTP', 'Hello?\r\n\r\n'],
      ['by headers that are too large', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
      ['by a CONNECT to elsewhere', 'CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ])('%s', async (_, request) => {
      await until(async () => (await held()) === 0);
      const accepted = once(server(), 'connection');
      const client = await hostile(HostileClient.connect(app.url));
      await accepted;
      client.socket.write(request);
      await until(async () => (await held()) === 0);
    });

    it('when its headers never end, or it sends nothing', async () => {
      await until(async () => (await held()) === 0);
      server().headersTimeout = 50;
      const [slow] = [await hostile(HostileClient.connect(app.url)), await hostile(HostileClient.connect(app.url))];
      slow.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
      // Node looks every thirty seconds.
      await until(async () => (await held()) === 0, 40_000);
      server().headersTimeout = 15_000;
    });
  });

  it('takes one CONNECT a connection, and closes it at the second', async () => {
    const ann = await Person.register(app.url, 'ann');
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const frames: string[] = [];
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    const connect = `40${JSON.stringify({ token: ann.token })}`;
    for (let count = 0; count < 300; count += 1) socket.send(connect);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(frames.filter((frame) => frame.startsWith('42["ready"')).length).toBeLessThanOrEqual(1);
  });

  it('closes a connection that is refused, so that another try needs another handshake', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const frames: string[] = [];
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('40{"token":"wrong"}');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(frames.at(-1)).toContain('"code":"unauthenticated"');
  });

  it('closes a connection that does not authenticate within ten seconds', async () => {
    const began = performance.now();
    const client = await hostile(HostileClient.webSocket(app.url));
    client.socket.resume();
    await until(() => client.socket.readableEnded, 20_000);
    expect(performance.now() - began).toBeLessThan(18_000);
  });

  it('answers a ping, and of many the newest', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((resolve) => socket.once('open', resolve));
    const pongs: string[] = [];
    socket.on('pong', (data) => pongs.push(data.toString()));
    for (let count = 1; count <= 500; count += 1) socket.ping(String(count));
    await until(() => pongs.at(-1) === '500');
    expect(pongs.length).toBeLessThan(500);
    socket.close();
  });

  it('survives frames that no client sends', async () => {
    const client = await hostile(HostileClient.webSocket(app.url));
    client.socket.write(Buffer.concat([maskedFrame(PING, ''), maskedFrame(0x3, 'x'), maskedFrame(TEXT, '40')]));
    client.socket.resume();
    await until(() => client.socket.readableEnded);
    expect(await upgradeStatus(app.url, {})).toBe(101);
  });

  describe('where limits are on', () => {
    const problemOf = (connecting: Promise<ChatClient>) =>
      connecting.then(
        () => undefined,
        (error: unknown) => (error as { data?: ProblemDetails }).data,
      );

    it('refuses a connection above those that a user may have, until one closes', async () => {
      const ann = await Person.register(limited.url, 'ann');
      const [first] = [await ann.connect(), await ann.connect()];
      expect(await problemOf(ann.connect())).toMatchObject({
        code: 'too_many_connections',
        status: 429,
        retryAfter: 30,
      });
      first.close();
      await until(async () => (await problemOf(ann.connect())) === undefined);
      ann.leave();
    });

    it('refuses a user who connects too often', async () => {
      const ann = await Person.register(limited.url, 'ann');
      for (let count = 0; count < 5; count += 1) {
        const client = await ann.connect();
        client.close();
      }
      expect(await problemOf(ann.connect())).toMatchObject({ code: 'rate_limited', status: 429 });
    });

    it('counts commands that are refused, unknown and too long ones too', async () => {
      const ann = await Person.register(limited.url, 'ann');
      const client = await ann.connect();
      const answers = await Promise.all([
        ...Array.from({ length: 150 }, () => client.raw('no such command', {})),
        ...Array.from({ length: 50 }, () => client.raw('message:send', { text: 'x'.repeat(70_000) })),
      ]);
      const count = (code: string) => answers.filter(({ error }) => error?.code === code).length;
      expect(count('unknown_command')).toBeGreaterThan(0);
      expect(count('unknown_command')).toBeLessThanOrEqual(100);
      expect(count('rate_limited')).toBeGreaterThanOrEqual(100);
      ann.leave();
    });

    it('disconnects a client that goes on far above its limits', async () => {
      const ann = await Person.register(limited.url, 'ann');
      const client = await ann.connect();
      for (let count = 0; count < 1_500; count += 1) client.socket.emit('typing', { groupId: ann.id }, () => undefined);
      expect((await client.next('closing')).code).toBe('rate_limited');
      await client.until(() => !client.connected);
    });

    it('refuses an address that begins too many handshakes, of either transport', async () => {
      const handshake = { points: 20, duration: 60 };
      const few = await startApp({ rateLimits: true, limits: { ...new Config().limits, handshake } }, app.database);
      const status = () => fetch(`${few.url}/socket.io/?EIO=4&transport=polling`).then((answer) => answer.status);
      const polls = await Promise.all(Array.from({ length: 25 }, status));
      expect(polls.filter((one) => one === 200)).toHaveLength(20);
      expect(polls.filter((one) => one === 429)).toHaveLength(5);
      expect(await status()).toBe(429);
      expect(await upgradeStatus(few.url, {})).toBe(429);
      await few.close();
    });
  });
});

async function until(holds: () => boolean | Promise<boolean>, deadline = 10_000): Promise<void> {
  for (const end = Date.now() + deadline; !(await holds()); await delay(20)) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${holds.toString()}`);
  }
}
