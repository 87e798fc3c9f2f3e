import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Group, Message, Page, ProblemDetails, UserSummary } from '../../src/changes/contract.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import * as bad from '../support/bad-values.js';
import { PASSWORD, Person } from '../support/person.js';

/** Everything that is stored, in one word. */
const FINGERPRINT = ['users', 'groups', 'memberships', 'messages']
  .map((table) => `(SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM ${table} t)`)
  .join(' || ');

describe('Bad input over HTTP', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;
  let message: Message;
  let before: string;

  const fingerprint = async () => (await app.database.query<{ all: string }>(`SELECT ${FINGERPRINT} AS all`))[0]!.all;

  beforeAll(async () => {
    app = await startApp();
    ann = await Person.register(app.url, 'ann');
    bob = await Person.register(app.url, 'bob');
    group = await ann.group('public', bob);
    message = await ann.send(group.id, 'Here');
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    before = await fingerprint();
  });
  afterEach(async () => {
    expect((await ann.api.get('/users/me')).status).toBe(200);
  });

  const unchanged = async () => expect(await fingerprint()).toBe(before);

  /** The ids in a template are those of the world above. */
  const fill = (template: string) =>
    template
      .replaceAll('$group', group.id)
      .replaceAll('$message', message.id)
      .replaceAll('$bob', bob.id)
      .replaceAll('$new', crypto.randomUUID());

  const answerOf = (method: string, path: string, body?: string, headers?: Record<string, string>) =>
    ann.api.request<ProblemDetails>(method, fill(path), body === undefined ? undefined : fill(body), headers);

  describe('A body', () => {
    const JSON_TYPE = { 'content-type': 'application/json' };

    it.each<[what: string, body: string | undefined, status: number, code: string, ...fields: string[]]>([
      ['none', undefined, 400, 'validation_failed', 'groupId', 'text'],
      ['an empty one', '', 400, 'validation_failed', 'groupId', 'text'],
      ['an empty object', '{}', 400, 'validation_failed', 'groupId', 'text'],
      ['an array', '[]', 400, 'validation_failed', 'payload'],
      ['an array of messages', '[{"groupId":"$group","text":"x"}]', 400, 'validation_failed', 'payload'],
      ['a string', '"text"', 400, 'malformed_request'],
      ['null', 'null', 400, 'malformed_request'],
      ['a number', '7', 400, 'malformed_request'],
      ['true', 'true', 400, 'malformed_request'],
      ['half of an object', '{"groupId":"$group","te', 400, 'malformed_request'],
      ['NaN', '{"groupId":NaN}', 400, 'malformed_request'],
      ['a comment', '{} // x', 400, 'malformed_request'],
      ['a form', 'groupId=$group&text=x', 400, 'malformed_request'],
      ['one of 1 MB', `{"groupId":"$group","text":"${'x'.repeat(1e6)}"}`, 413, 'payload_too_large'],
      ['deep arrays', '['.repeat(40_000) + ']'.repeat(40_000), 400, 'validation_failed', 'payload'],
      ['deep objects', '{"text":'.repeat(9_000) + '1' + '}'.repeat(9_000), 400, 'validation_failed', 'text'],
      ['a deep unknown field', `{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`, 400, 'validation_failed', 'a'],
      ['an unknown field', '{"groupId":"$group","text":"x","texts":"y"}', 400, 'validation_failed', 'texts'],
      ['a field in capitals', '{"groupId":"$group","text":"x","Text":"y"}', 400, 'validation_failed', 'Text'],
      ['__proto__', '{"groupId":"$group","text":"x","__proto__":{"a":1}}', 400, 'validation_failed', '__proto__'],
      ['constructor', '{"groupId":"$group","text":"x","constructor":1}', 400, 'validation_failed', 'constructor'],
      ['prototype', '{"groupId":"$group","text":"x","prototype":1}', 400, 'validation_failed', 'prototype'],
      ['toString', '{"groupId":"$group","text":"x","toString":1}', 400, 'validation_failed', 'toString'],
    ])('is refused when it is, or has, %s', async (_, body, status, code, ...fields) => {
      const answer = await answerOf('POST', '/messages', body, JSON_TYPE);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      const named = [...new Set(answer.body.errors?.map(({ field }) => field))];
      if (fields.length > 0) expect(named).toEqual(fields);
      expect(JSON.stringify(answer.body).length).toBeLessThan(10_000);
      await unchanged();
    });

    it('with thousands of unknown fields gets a short answer', async () => {
      const body = `{${Array.from({ length: 10_000 }, (__, i) => `"${i}":0`).join(',')}}`;
      const answer = await answerOf('POST', '/messages', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
      expect(answer.body.errors!.length).toBeLessThanOrEqual(20);
      expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
      await unchanged();
    });

    it.each([
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=koi8-r',
      'application/json; charset=utf-16',
      'application/json; charset=utf-7',
      'application/jsonp',
      'nonsense',
      '',
    ])('is refused when its type is "%s"', async (type) => {
      const answer = await answerOf('POST', '/messages', '{"groupId":"$group","text":"x"}', { 'content-type': type });
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
      await unchanged();
    });

    it.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
      'is read when its type is %s',
      async (type) => {
        const answer = await answerOf('POST', '/messages', '{"groupId":"$group","text":"x"}', { 'content-type': type });
        expect(answer.status).toBe(201);
      },
    );

    it('is refused when it is not UTF-8, and not stored with another character in its place', async () => {
      const body = Buffer.from(fill('{"groupId":"$group","text":"gr?n"}'));
      body[body.indexOf('?')] = 0xfc;
      const response = await fetch(`${app.url}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
        body,
      });
      expect([response.status, ((await response.json()) as ProblemDetails).code]).toEqual([400, 'malformed_request']);
      await unchanged();
    });

    it.each([
      ['not what it says', 'gzip', 400],
      ['unknown', 'nonsense', 415],
    ])('is refused when its encoding is %s', async (_, encoding, status) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
      expect((await answerOf('POST', '/messages', '{"groupId":"$group","text":"x"}', headers)).status).toBe(status);
      await unchanged();
    });
  });

  describe('A field of a body', () => {
    const account = { username: '"nobody-yet"', password: `"${PASSWORD}"` };
    const TABLE: [route: string, field: string, values: string[], rest: Record<string, string>][] = [
      ['POST /register', 'username', bad.NOT_A_USERNAME, account],
      ['POST /register', 'password', bad.NOT_A_PASSWORD, account],
      ['POST /register', 'displayName', bad.notALine(64), account],
      ['POST /register', 'email', bad.NOT_AN_EMAIL, account],
      ['POST /login', 'username', bad.notText(320), { password: '"x"' }],
      ['POST /login', 'password', ['5', 'true', '["x"]', '{}', '""', `"${'x'.repeat(129)}"`], { username: '"ann"' }],
      ['PATCH /users/me', 'displayName', [...bad.notALine(64), 'null'], {}],
      ['PATCH /users/me', 'email', bad.NOT_AN_EMAIL, {}],
      ['POST /groups', 'kind', [...bad.NOT_A_CHOICE, 'null'], { name: '"x"' }],
      ['POST /groups', 'name', [...bad.notALine(100), 'null'], { kind: '"private"' }],
      ['POST /groups', 'name', ['"x"', '5', '{}'], { kind: '"direct"', userId: '"$bob"' }],
      ['POST /groups', 'userId', [...bad.NOT_AN_ID, 'null'], { kind: '"direct"' }],
      ['POST /groups', 'userId', ['"$bob"', '5', 'null'], { kind: '"public"', name: '"x"' }],
      ['PATCH /groups/$group', 'name', [...bad.notALine(100), 'null'], {}],
      ['PATCH /groups/$group', 'description', ['5', 'true', '[]', '{}', `"${'x'.repeat(501)}"`, '"\\u0000"'], {}],
      ['POST /groups/$group/read', 'seq', [...bad.NOT_WHOLE, 'null'], {}],
      ['POST /groups/$group/members', 'userId', [...bad.NOT_AN_ID, 'null'], {}],
      ['POST /messages', 'groupId', [...bad.NOT_AN_ID, 'null'], { text: '"x"' }],
      ['POST /messages', 'text', [...bad.notText(4000), 'null'], { groupId: '"$group"' }],
      ['POST /messages', 'id', bad.NOT_AN_ID, { groupId: '"$group"', text: '"x"' }],
      ['POST /messages', 'replyTo', [...bad.NOT_AN_ID, '"$new"'], { groupId: '"$group"', text: '"x"' }],
      ['PATCH /messages/$message', 'text', [...bad.notText(4000), 'null'], {}],
    ];

    it.each(TABLE)('%s refuses what %s cannot be', async (route, field, values, rest) => {
      const [method = '', path = ''] = route.split(' ');
      for (const value of values) {
        const body = Object.entries({ ...rest, [field]: value }).map(([key, one]) => `"${key}":${one}`);
        const answer = await answerOf(method, path, `{${body.join(',')}}`);
        const fields = [...new Set(answer.body.errors?.map((error) => error.field))];
        expect([value.slice(0, 50), answer.status, answer.body.code, fields]).toEqual([
          value.slice(0, 50),
          400,
          'validation_failed',
          [field],
        ]);
      }
      await unchanged();
    });
  });

  describe('A path', () => {
    const ROUTES = [
      'GET /users/$id',
      'GET /groups/$id',
      'PATCH /groups/$id',
      'DELETE /groups/$id',
      'POST /groups/$id/join',
      'POST /groups/$id/read',
      'GET /groups/$id/members',
      'POST /groups/$id/members',
      'DELETE /groups/$id/members/$bob',
      'DELETE /groups/$group/members/$id',
      'PATCH /messages/$id',
      'DELETE /messages/$id',
    ];
    const IDS = ['x', '1', '%00', '%20', "'%20OR%201=1", '$group%00', 'null', '..%2f..', '🌻'];

    it.each(ROUTES)('%s refuses what is not an id', async (route) => {
      const [method = '', path = ''] = route.split(' ');
      for (const id of IDS) {
        const { status, body } = await answerOf(method, path.replace('$id', id), method === 'GET' ? undefined : '{}');
        const field = path.includes('/$id', 10) ? 'userId' : 'id';
        expect([id, status, body.code, body.errors?.[0]?.field]).toEqual([
          id,
          400,
          'validation_failed',
          // A body may be refused before the path; both are named in the end.
          expect.stringMatching(new RegExp(`^(${field}|seq|userId|text)$`)),
        ]);
      }
      await unchanged();
    });

    it.each(['/groups/%E0%A4%A', '/groups/%', '/users/%ff', '/messages/%c0%ae'])(
      'that is not percent-encoded UTF-8 is refused: %s',
      async (path) => {
        const { status, body } = await answerOf(path.startsWith('/messages') ? 'DELETE' : 'GET', path);
        expect([status, body.code]).toEqual([400, 'malformed_request']);
      },
    );

    it('may have an id in upper case', async () => {
      const { status, body } = await ann.api.get<Group>(`/groups/${group.id.toUpperCase()}`);
      expect([status, body.id]).toEqual([200, group.id]);
    });

    it.each([
      ['GET', '/nothing'],
      ['GET', '/%E0%A4%A'],
      ['GET', '/%00'],
      ['GET', '/..%2f..%2fetc/passwd'],
      ['GET', '/.env'],
      ['GET', '/assets/nothing.js'],
      ['GET', '/assets/%2e%2e%2fpackage.json'],
      ['PUT', '/messages'],
      ['DELETE', '/groups'],
      ['POST', '/users/me'],
      ['OPTIONS', '/messages'],
      ['POST', '/'],
      ['POST', '/assets/x'],
    ])('that leads nowhere is not found: %s %s', async (method, path) => {
      const { status, body } = await answerOf(method, path);
      expect([status, body.code]).toEqual([404, 'route_not_found']);
    });
  });

  describe('A query', () => {
    const NOT_WHOLE = [
      '',
      'x',
      '-1',
      '1.5',
      '1e1',
      '0x10',
      '+5',
      '%205',
      'NaN',
      'Infinity',
      '1e400',
      '9007199254740992',
    ];
    const twice = (name: string, value: string) => [`${name}=${value}&${name}=${value}`];
    const each = (name: string, values: string[]) => values.map((value) => `${name}=${value}`);

    it.each<[path: string, field: string, queries: string[]]>([
      ['/groups', 'limit', [...each('limit', [...NOT_WHOLE, '0', '101']), ...twice('limit', '5')]],
      ['/groups', 'limit[]', ['limit[]=5']],
      ['/groups', 'limit[a]', ['limit[a]=5']],
      ['/groups', 'scope', [...each('scope', ['', 'all', 'MINE', '__proto__']), ...twice('scope', 'mine')]],
      ['/groups', 'query', [...each('query', ['', '%20', '%00', 'x'.repeat(101)]), ...twice('query', 'a')]],
      ['/groups', 'order', ['order=name']],
      ['/groups', '__proto__', ['__proto__=1']],
      ['/groups', 'constructor', ['constructor=1']],
      ['/users', 'query', [...each('query', ['', '%00', 'x'.repeat(33)]), ...twice('query', 'a')]],
      ['/users', 'limit', each('limit', [...NOT_WHOLE, '0', '101'])],
      ['/groups/$group/members', 'limit', each('limit', [...NOT_WHOLE, '0', '101'])],
      ['/messages', 'groupId', ['', 'limit=5', 'groupId=', 'groupId=x', ...twice('groupId', '$group')]],
      ['/messages?groupId=$group', 'limit', each('limit', [...NOT_WHOLE, '0', '101'])],
      ['/messages?groupId=$group', 'before', [...each('before', NOT_WHOLE), 'before=1&after=1']],
      ['/messages?groupId=$group', 'after', each('after', NOT_WHOLE)],
      ['/messages?groupId=$group', 'around', each('around', NOT_WHOLE)],
    ])('of %s is refused when %s is not right', async (path, field, queries) => {
      for (const query of queries) {
        const { status, body } = await answerOf('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`);
        expect([query, status, body.code, body.errors?.[0]?.field]).toEqual([query, 400, 'validation_failed', field]);
      }
    });

    it.each(['/groups?query=%E0%A4%A', '/groups?query=%ff', '/users?query=%ed%a0%80', '/groups?%=1'])(
      'that is not percent-encoded UTF-8 is refused: %s',
      async (path) => {
        const { status, body } = await ann.api.get(path);
        expect([status, body.code]).toEqual([400, 'malformed_request']);
      },
    );

    it.each(['before', 'after', 'around'])('may have a %s beyond the end', async (name) => {
      const path = `/messages?groupId=${group.id}&limit=100&${name}=${Number.MAX_SAFE_INTEGER}`;
      expect((await ann.api.get<Page<Message>>(path)).status).toBe(200);
    });

    it.each(['%25', '_', "' OR 1=1 --", ')', '\\', '%5C%25'])('is taken literally: %s', async (query) => {
      const { status, body } = await ann.api.get<Page<UserSummary>>(`/users?query=${query}`);
      expect([status, body.items]).toEqual([200, []]);
    });
  });

  describe('A cursor', () => {
    const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const ID = '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1';
    const NOW = '2026-11-22T09:30:00.000Z';
    const GARBAGE = [
      'x',
      '',
      '%20',
      '%00',
      'AAAA',
      'WyJu',
      Buffer.from('null').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
      cursor(),
      cursor('next'),
      cursor('up', NOW, ID),
      cursor('next', null, ID),
      cursor('next', [NOW], ID),
      cursor('next', 1, 2),
      cursor('next', '', ''),
      cursor('next', 'a', 'b', 'c'),
      'x'.repeat(501),
    ];
    const TIMES = ['1', 'now', 'infinity', '2020-01-01', '2026-02-30T00:00:00.000Z', '0000-01-01T00:00:00.000Z'];
    const BY_TIME = [
      ...GARBAGE,
      cursor('next', 'ann'),
      cursor('next', NOW, 'x'),
      cursor('next', NOW, `${ID}'`),
      ...[...TIMES, '+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z'].map((at) => cursor('next', at, ID)),
    ];

    it.each([
      ['/groups', BY_TIME],
      ['/groups?scope=public', BY_TIME],
      ['/groups/$group/members', BY_TIME],
      ['/users', [...GARBAGE, cursor('next', NOW, ID), cursor('next', 'a\0b'), cursor('next', { a: 1 })]],
    ])('of %s is refused unless a page of the list gave it', async (path, cursors) => {
      for (const one of [...cursors, `${cursors[0]}&cursor=x`]) {
        const { status, body } = await answerOf('GET', `${path}${path.includes('?') ? '&' : '?'}cursor=${one}`);
        expect([one, status, body.code, body.errors?.[0]?.field]).toEqual([one, 400, 'validation_failed', 'cursor']);
      }
    });

    it('with a lone surrogate is refused', async () => {
      const raw = Buffer.from(String.raw`["next","\ud800"]`).toString('base64url');
      expect((await ann.api.get(`/users?cursor=${raw}`)).body.code).toBe('validation_failed');
    });
  });

  describe('A header', () => {
    it.each([
      '',
      'Bearer',
      'Bearer ',
      'bearer x',
      'Basic YTpi',
      'Bearer a.b.c',
      'Bearer null',
      'Token x',
      'x'.repeat(5_000),
    ])('Authorization: "%.20s" opens nothing', async (authorization) => {
      const answer = await new Api(app.url).request<ProblemDetails>('GET', '/users/me', undefined, { authorization });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });

    it.each(['x', '', '"', '""', '0198c5a5', 'a,b', '"0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1" x'])(
      'Idempotency-Key: %s is refused',
      async (key) => {
        const { status, body } = await ann.api.post(
          '/messages',
          { groupId: group.id, text: 'x' },
          { 'Idempotency-Key': key },
        );
        expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, 'validation_failed', 'Idempotency-Key']);
        await unchanged();
      },
    );
  });

  describe('What is not HTTP', () => {
    /** Sends bytes and resolves with all that comes back. */
    const raw = (bytes: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(app.url);
        const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''), () => socket.write(bytes));
        let received = '';
        socket.on('data', (chunk) => (received += chunk.toString()));
        socket.on('close', () => resolve(received));
        socket.on('error', reject);
      });

    it.each([
      ['garbage', 'GARBAGE\r\n\r\n', 400, 'malformed_request'],
      ['a bad length', 'POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n', 400, 'malformed_request'],
      ['a bad header', 'GET / HTTP/1.1\r\nHost: a\r\nBad Header\r\n\r\n', 400, 'malformed_request'],
      ['too large a header', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
      ['too long an address', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431, 'headers_too_large'],
    ])('is answered with a problem: %s', async (_, bytes, status, code) => {
      const [head = '', body = ''] = (await raw(bytes)).split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(head).toContain('application/problem+json');
      expect((JSON.parse(body) as ProblemDetails).code).toBe(code);
    });
  });

  describe('What looks bad and is not', () => {
    it.each([
      ['emoji', 'Hi 👩‍👩‍👧‍👦🏳️‍🌈🌻'],
      ['right to left', 'שלום עולם! مرحبا بالعالم'],
      ['combining marks', 'Z̷̨̛a̶l̸g̵o̴ é'],
      ['SQL', `'; DROP TABLE messages; -- "$1" \\ %s {}`],
      ['HTML', '<script>alert(1)</script>&amp;'],
      ['many lines', 'one\n\ttwo\r\nthree'],
      ['control characters', 'bell\u0007 escape\u001b[31m'],
      ['the word null', 'null'],
      ['4,000 characters', '🌻'.repeat(4000)],
      ['a private character', '\u{f0000}\ue000\uffff'],
    ])('is stored and given back as sent: %s', async (_, text) => {
      const sent = await ann.send(group.id, text);
      const { body } = await bob.api.get<Page<Message>>(`/messages?groupId=${group.id}&limit=1`);
      expect([sent.text, body.items[0]?.text]).toEqual([text, text]);
    });
  });
});
