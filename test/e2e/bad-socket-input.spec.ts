import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Ack, Group, Message, ProblemDetails } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import * as bad from '../support/bad-values.js';
import { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';

describe('Bad input over sockets', () => {
  let app: TestApp;
  let ann: Person;
  let group: Group;
  let message: Message;
  let client: ChatClient;

  beforeAll(async () => {
    app = await startApp();
    ann = await Person.register(app.url, 'ann');
    group = await ann.group('private');
    message = await ann.send(group.id, 'Here');
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    client = await ann.connect();
  });
  afterEach(async () => {
    ann.leave();
    // Whatever was sent, the server lives and has stored nothing.
    const { body } = await ann.api.get<Group>(`/groups/${group.id}`);
    expect([body.revision, body.lastMessage]).toEqual([2 + 1, message]);
  });

  /** The problem that a command is acknowledged with. */
  const problemOf = async (...args: [event: string, ...payload: unknown[]]): Promise<ProblemDetails> => {
    const { error } = await client.raw(...args);
    if (!error) throw new Error(`${args[0]} was accepted`);
    return error;
  };
  const fieldsOf = ({ errors = [] }: ProblemDetails) => [...new Set(errors.map(({ field }) => field))];

  const COMMANDS = ['message:send', 'message:edit', 'message:delete', 'group:sync', 'group:read', 'typing'];

  describe.each(COMMANDS)('%s', (command) => {
    it.each([
      ['null', null],
      ['a string', 'text'],
      ['an empty string', ''],
      ['a number', 7],
      ['true', true],
      ['an array', []],
      ['an array with an object', [{ groupId: 'x' }]],
      ['a Buffer', Buffer.from('{}')],
    ])('with %s for a payload is told that it must be an object', async (_, payload) => {
      const problem = await problemOf(command, payload);
      expect([problem.code, fieldsOf(problem)]).toEqual(['validation_failed', ['payload']]);
    });

    it('without a payload is told which fields are missing', async () => {
      const problem = await problemOf(command);
      expect(problem.code).toBe('validation_failed');
      expect(fieldsOf(problem)[0]).toMatch(/^(groupId|id|text)$/);
    });

    it('with two payloads is refused', async () => {
      const problem = await problemOf(command, { groupId: group.id }, { groupId: group.id });
      expect([problem.code, fieldsOf(problem)]).toEqual(['validation_failed', ['payload']]);
    });

    it('without an acknowledgement is not one the less refused', async () => {
      const emit = (...args: unknown[]) =>
        (client.socket.emit as (...args: unknown[]) => unknown).apply(client.socket, args);
      emit(command, { groupId: 5 });
      emit(command);
      await expect(client.raw('typing', { groupId: group.id })).resolves.toEqual({ data: {} });
    });

    it.each(['other', '__proto__', 'constructor', 'hasOwnProperty'])('refuses the unknown field %s', async (field) => {
      const payload = JSON.parse(`{"groupId":"${group.id}","${field}":{"a":1}}`) as object;
      const problem = await problemOf(command, payload);
      expect(problem.code).toBe('validation_failed');
      expect(fieldsOf(problem)).toContain(field);
    });

    it('refuses what is nested too deeply', async () => {
      const raw = await RawSocket.connect(app.url, ann.token);
      // By hand: the client could not encode it.
      raw.send(`421["${command}",{"groupId":${'['.repeat(9_000)}${']'.repeat(9_000)}}]`);
      const [{ error }] = (await raw.acknowledgement('1')) as [Ack<unknown>];
      expect([error?.code, error?.errors?.[0]?.field]).toEqual(['validation_failed', 'groupId']);
      raw.close();
    });
  });

  describe('A field', () => {
    it.each<[command: string, field: string, values: string[], rest: () => object]>([
      ['message:send', 'groupId', bad.NOT_AN_ID, () => ({ text: 'x' })],
      ['message:send', 'text', bad.notText(4000), () => ({ groupId: group.id })],
      ['message:send', 'id', bad.NOT_AN_ID, () => ({ groupId: group.id, text: 'x' })],
      ['message:send', 'replyTo', bad.NOT_AN_ID, () => ({ groupId: group.id, text: 'x' })],
      ['message:edit', 'id', bad.NOT_AN_ID, () => ({ text: 'x' })],
      ['message:edit', 'text', bad.notText(4000), () => ({ id: message.id })],
      ['message:delete', 'id', bad.NOT_AN_ID, () => ({})],
      ['group:sync', 'groupId', bad.NOT_AN_ID, () => ({ after: 0 })],
      ['group:sync', 'after', bad.NOT_WHOLE, () => ({ groupId: group.id })],
      ['group:sync', 'since', [...bad.NOT_WHOLE, '8'], () => ({ groupId: group.id, after: 7 })],
      ['group:sync', 'limit', [...bad.NOT_WHOLE, '0', '201'], () => ({ groupId: group.id, after: 0 })],
      ['group:read', 'groupId', bad.NOT_AN_ID, () => ({ seq: 0 })],
      ['group:read', 'seq', bad.NOT_WHOLE, () => ({ groupId: group.id })],
      ['typing', 'groupId', bad.NOT_AN_ID, () => ({})],
    ])('of %s is named when %s is not right', async (command, field, values, rest) => {
      const raw = await RawSocket.connect(app.url, ann.token);
      for (const [index, value] of values.entries()) {
        const fields = Object.entries(rest()).map(([key, one]) => `"${key}":${JSON.stringify(one)}`);
        raw.send(`42${index}["${command}",{${[...fields, `"${field}":${value}`].join(',')}}]`);
        const [{ error }] = (await raw.acknowledgement(String(index))) as [Ack<unknown>];
        expect([value.slice(0, 50), error?.code, error && fieldsOf(error)]).toEqual([
          value.slice(0, 50),
          'validation_failed',
          [field],
        ]);
      }
      raw.close();
    });

    it('may not be binary', async () => {
      const problem = await problemOf('message:send', { groupId: group.id, text: Buffer.from('x') });
      expect([problem.code, fieldsOf(problem)]).toEqual(['validation_failed', ['text']]);
    });

    it('may be an id in upper case', async () => {
      await expect(client.raw('typing', { groupId: group.id.toUpperCase() })).resolves.toEqual({ data: {} });
    });
  });

  it.each(['message:sent', 'MESSAGE:SEND', '', 'toString', '__proto__', 'ready', 'message:created', 'x'.repeat(1_000)])(
    'An unknown command is acknowledged as one: %.20s',
    async (command) => {
      expect((await problemOf(command, {})).code).toBe('unknown_command');
    },
  );

  it('What one may not see does not exist', async () => {
    const eve = await Person.register(app.url, 'eve');
    client = await eve.connect();
    const groupId = group.id;
    expect((await problemOf('message:send', { groupId, text: 'x' })).code).toBe('group_not_found');
    expect((await problemOf('group:sync', { groupId, after: 0 })).code).toBe('group_not_found');
    expect((await problemOf('group:read', { groupId, seq: 1 })).code).toBe('group_not_found');
    expect((await problemOf('typing', { groupId })).code).toBe('group_not_found');
    expect((await problemOf('message:edit', { id: message.id, text: 'x' })).code).toBe('message_not_found');
    expect((await problemOf('message:delete', { id: message.id })).code).toBe('message_not_found');
    eve.leave();
  });

  it('Of thousands of commands at once each is acknowledged', async () => {
    const answers = await Promise.all(
      Array.from({ length: 3_000 }, (_, i) => client.raw('message:send', { groupId: group.id, text: i })),
    );
    const codes = new Set(answers.map(({ error }) => error?.code));
    // How many are waiting when one comes depends on the moment.
    expect(['rate_limited', 'validation_failed']).toEqual(expect.arrayContaining([...codes]));
    expect(answers[0]!.error?.code).toBe('validation_failed');
  });

  it.each([
    ['100,000 characters', 'x'.repeat(100_000)],
    ['100,000 characters of four bytes', '😀'.repeat(50_000)],
    ['1,000,000 characters', 'x'.repeat(1_000_000)],
  ])('answers a text of %s with an error, and the connection goes on', async (_, text) => {
    const problem = await problemOf('message:send', { groupId: group.id, text });
    expect([problem.code, problem.detail]).toEqual(['payload_too_large', expect.stringContaining('at most 4000')]);
    await expect(client.raw('typing', { groupId: group.id })).resolves.toEqual({ data: {} });
  });

  it('takes a text of 4,000 characters that is escaped at its longest', async () => {
    const other = await ann.group('private');
    const { data, error } = await client.raw('message:send', { groupId: other.id, text: '\u0001'.repeat(3_999) + 'x' });
    expect([error, (data as Message).text.length]).toEqual([undefined, 4_000]);
  });

  it('closes the connection of a packet that is too long to be received, and no other', async () => {
    const other = await ann.connect();
    const closed = new Promise((resolve) => client.socket.once('disconnect', resolve));
    client.socket.emit('message:send', { groupId: group.id, text: 'x'.repeat(1_600_000) }, () => undefined);
    await closed;
    await expect(other.raw('typing', { groupId: group.id })).resolves.toEqual({ data: {} });
  });

  describe('A handshake', () => {
    const refusal = (auth: unknown) =>
      ChatClient.connect(app.url, { auth: auth as Record<string, unknown> }).then(
        () => undefined,
        (error: unknown) => (error as { data?: ProblemDetails }).data,
      );
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, () => [crypto.randomUUID(), 1]));

    it.each([
      ['nothing', {}],
      ['a null', { token: null }],
      ['a number', { token: 5 }],
      ['an array', { token: ['a'] }],
      ['an object', { token: {} }],
      ['an empty string', { token: '' }],
      ['garbage', { token: 'a.b.c' }],
      ['NUL', { token: '\0' }],
      ['a long string', { token: 'x'.repeat(20_000) }],
    ])('with %s for a token is refused', async (_, auth) => {
      expect((await refusal(auth))?.code).toBe('unauthenticated');
    });

    it.each<[what: string, cursors: () => unknown, field?: () => string]>([
      ['a string', () => 'x'],
      ['a number', () => 7],
      ['an array', () => [1]],
      ['1,200 entries', () => many(1_200)],
      ['a key that is no id', () => ({ x: 1 })],
      ['a key of Object', () => ({ constructor: 1 })],
      ['a negative revision', () => ({ [group.id]: -1 }), () => `cursors.${group.id}`],
      ['half a revision', () => ({ [group.id]: 1.5 }), () => `cursors.${group.id}`],
      ['a string for a revision', () => ({ [group.id]: '1' }), () => `cursors.${group.id}`],
      ['null for a revision', () => ({ [group.id]: null }), () => `cursors.${group.id}`],
      ['too large a revision', () => ({ [group.id]: 2 ** 53 }), () => `cursors.${group.id}`],
    ])('with %s for cursors is refused', async (...row) => {
      const [, cursors, field = () => 'cursors'] = row;
      const problem = await refusal({ token: ann.token, cursors: cursors() });
      expect([problem?.code, problem && fieldsOf(problem)]).toEqual(['validation_failed', [field()]]);
    });

    it('with 10,000 cursors is too large a packet: the connection closes', async () => {
      const raw = await RawSocket.open(app.url);
      raw.send(`40${JSON.stringify({ token: ann.token, cursors: many(10_000) })}`);
      await raw.closed;
    });

    it('may have cursors of groups that do not exist', async () => {
      const gone = crypto.randomUUID();
      const back = await ann.connect({ [gone]: 5 });
      expect(await back.next('group:removed')).toEqual({ groupId: gone, reason: 'deleted' });
    });
  });

  describe('Garbage on the wire', () => {
    const garbage: [what: string, packets: (string | Buffer)[]][] = [
      ['binary', [Buffer.from([0, 1, 2, 255])]],
      ['a binary attachment that nobody announced', ['42["typing",{}]', Buffer.alloc(1000)]],
      [
        'an announced attachment that never comes',
        ['451-["message:send",{"_placeholder":true,"num":0}]', '42["typing",{}]'],
      ],
      ['a million attachments', ['451000000-["message:send",{"_placeholder":true,"num":0}]']],
      ['a placeholder of nothing', ['451-["message:send",{"_placeholder":true,"num":7}]', Buffer.from('x')]],
      [
        'a placeholder of __proto__',
        ['451-["message:send",{"_placeholder":true,"num":"__proto__"}]', Buffer.from('x')],
      ],
      ['half a packet', ['42["message:send",{']],
      ['no packet type', ['4']],
      ['an unknown packet type', ['9', '49', '4x']],
      ['an empty event', ['42[]']],
      ['an event that is null', ['42[null]']],
      ['an event that is an object', ['42[{"a":1}]']],
      ['an event that is a number', ['42[5,{}]']],
      ['no array', ['42{"a":1}', '42"typing"', '42null']],
      ['connect as an event', ['42["connect"]']],
      ['connect_error as an event', ['42["connect_error",{}]']],
      ['disconnect as an event', ['42["disconnect"]']],
      ['disconnecting as an event', ['42["disconnecting","x"]']],
      ['newListener as an event', ['42["newListener",{}]']],
      ['error as an event', ['42["error",{}]']],
      ['an acknowledgement that nobody waits for', ['4399[1]', '43["x"]', '43-1[]']],
      ['a huge acknowledgement id', ['4299999999999999999999["typing",{}]']],
      ['another namespace', ['40/admin,{"token":"x"}', '42/admin,["typing",{}]', '40/__proto__,']],
      ['the namespace again', ['40{"token":"x"}', '40', '40{}']],
      ['a connect error', ['44{"message":"x"}']],
      ['text that is no packet', ['hello', '', '\0', '{"a":1}']],
      ['pings and upgrades', ['2', '3', '5', '6', '2probe']],
    ];

    it.each(garbage)('harms nobody: %s', async (_, packets) => {
      const raw = await RawSocket.connect(app.url, ann.token);
      for (const packet of packets) raw.send(packet);
      await delay(50);
      raw.close();
      await expect(client.raw('typing', { groupId: group.id })).resolves.toEqual({ data: {} });
    });

    it.each(garbage)('harms nobody before the handshake: %s', async (_, packets) => {
      const raw = await RawSocket.open(app.url);
      for (const packet of packets) raw.send(packet);
      await delay(20);
      raw.close();
    });

    it.each([
      'transport=websocket',
      'EIO=4',
      'EIO=4&transport=carrier-pigeon',
      'EIO=3&transport=polling',
      'EIO=x&transport=polling',
      'EIO=4&transport=polling&sid=unknown',
      'EIO=4&transport=polling&sid=__proto__',
      'EIO=4&EIO=4&transport=polling&transport=polling',
      'EIO=4&transport=polling&j[]=%E0%A4%A',
    ])('is refused when a transport opens with %s', async (query) => {
      for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
        const { status } = await fetch(`${app.url}/socket.io/?${query}`, { method });
        expect(status).toBeLessThan(500);
      }
    });

    it.each([
      ['garbage', 'garbage'],
      ['100,000 characters', 'x'.repeat(100_000)],
    ])('harms nobody over long polling: %s', async (_, body) => {
      const address = `${app.url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1)) as { sid: string };
      const post = (packet: string) => fetch(`${address}&sid=${sid}`, { method: 'POST', body: packet });
      // A client waits for what there is to say to it, like that the session is closed.
      const poll = fetch(`${address}&sid=${sid}`);
      expect((await post(body)).status).toBeLessThan(500);
      await post('1');
      expect((await poll).status).toBeLessThan(500);
    });
  });
});

/** A websocket on which anything can be said, right or wrong. */
class RawSocket {
  /** Resolves when the connection is closed, by whichever side. */
  readonly closed: Promise<void>;
  private readonly received: string[] = [];

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('message', (data: Buffer) => this.received.push(data.toString()));
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /** Opens, and shakes hands with the token. */
  static async connect(url: string, token: string): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.send(`40${JSON.stringify({ token })}`);
    await raw.until((packet) => packet.startsWith('42["ready"'));
    return raw;
  }

  send(packet: string | Buffer): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(packet);
  }

  /** The arguments of the acknowledgement of the packet with this id. */
  async acknowledgement(id: string): Promise<unknown> {
    const prefix = `43${id}[`;
    return JSON.parse((await this.until((packet) => packet.startsWith(prefix))).slice(prefix.length - 1));
  }

  close(): void {
    this.socket.terminate();
  }

  private async until(is: (packet: string) => boolean): Promise<string> {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await delay(2)) {
      const found = this.received.find(is);
      if (found !== undefined) return found;
    }
    throw new Error(`Waited in vain; the last that came: ${this.received.slice(-3).join(' ')}`);
  }
}
