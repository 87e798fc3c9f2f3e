import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { AuthResult, Group, Message, ProblemDetails, SessionInfo } from '../../src/changes/contract.js';
import { Api } from '../support/api.js';
import { ApiDocument, type DocumentedResponse, type Operation, type Schema } from '../support/api-document.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { PASSWORD } from '../support/person.js';
import { ServerProcess } from '../support/server-process.js';

const run = promisify(execFile);
const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
const PROBLEM = 'application/problem+json';
const PUBLIC = [
  'GET /auth/providers',
  'GET /health/live',
  'GET /health/ready',
  'POST /auth/email/verify',
  'POST /auth/links/account',
  'POST /auth/password/forgotten',
  'POST /auth/password/reset',
  'POST /auth/refresh',
  'POST /login',
  'POST /oauth/token',
  'POST /register',
];
/** Its errors are those of RFC 6749. */
const OAUTH = 'POST /oauth/token';

describe('The API document', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let document: ApiDocument;

  beforeAll(async () => {
    database = await createDatabase();
    // The Swagger plugin works in the build only.
    server = await ServerProcess.start({
      DATABASE_URL: database.url,
      JWT_SECRET: 'for tests only, '.repeat(3),
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: 'secret',
    });
    document = await ApiDocument.of(server.url);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  /** Fails with the list of what is wrong, by route. */
  const forEachRoute = (find: (operation: Operation, name: string) => string[]) => {
    const wrong = document.routes.flatMap(({ method, path, operation }) =>
      find(operation, `${method} ${path}`).map((what) => `${method} ${path}: ${what}`),
    );
    expect(wrong).toEqual([]);
  };
  const successes = ({ responses }: Operation) =>
    Object.entries<DocumentedResponse>(responses).filter(([status]) => Number(status) < 400);
  const failures = ({ responses }: Operation) =>
    Object.entries<DocumentedResponse>(responses).filter(([status]) => Number(status) >= 400);

  describe('is complete:', () => {
    it('it is OpenAPI 3.1 and has the routes of the product', () => {
      expect(document.json.openapi).toMatch(/^3\.1\./);
      const names = document.routes.map(({ method, path }) => `${method} ${path}`);
      expect(names).toEqual(
        expect.arrayContaining(['POST /register', 'POST /login', 'GET /messages', 'POST /messages', 'GET /groups']),
      );
    });

    it('every route has a summary, a tag and a name of its own', () => {
      forEachRoute(({ summary, tags }) => (summary && tags?.length ? [] : ['has no summary or tag']));
      const names = document.routes.map(({ operation }) => operation.operationId);
      expect(new Set(names).size).toBe(names.length);
    });

    it('every route says what it answers, with a schema', () => {
      forEachRoute((operation) =>
        successes(operation).flatMap(([status, { description, content }]) => {
          if (!description) return [`${status} has no description`];
          if (status === '204') return content ? ['204 has a body'] : [];
          return Object.values(content ?? {}).some(({ schema }) => schema) ? [] : [`${status} has no schema`];
        }),
      );
    });

    it('every error is a problem document with an example for each code', () => {
      forEachRoute((operation, name) => {
        if (failures(operation).length === 0) return ['cannot fail'];
        if (name === OAUTH) return [];
        return failures(operation).flatMap(([status, { content }]) => {
          const examples = Object.entries(content?.[PROBLEM]?.examples ?? {});
          if (examples.length === 0 || Object.keys(content ?? {}).length > 1) return [`${status} is no problem`];
          return examples.flatMap(([code, { value }]) => {
            const problem = value as ProblemDetails;
            const errors = document.errorsAt(['components', 'schemas', 'ProblemResponse'], problem);
            return problem.code === code && problem.status === Number(status)
              ? errors
              : [`${code} has a wrong example`];
          });
        });
      });
    });

    it('every property has an example or a list of its values', () => {
      const hasExample = (schema: Schema): boolean =>
        [schema.example, schema.enum, schema.$ref, schema.items, schema.anyOf].some((one) => one !== undefined);
      const wrong = Object.entries(document.json.components.schemas).flatMap(([name, { properties = {} }]) =>
        Object.entries(properties)
          .filter(([, schema]) => !hasExample(schema))
          .map(([property]) => `${name}.${property}`),
      );
      expect(wrong).toEqual([]);
    });

    it('every example is one that its schema allows', () => {
      const wrong = Object.entries(document.json.components.schemas).flatMap(([name, { properties = {} }]) =>
        Object.entries(properties)
          .filter(([, { example }]) => example !== undefined)
          .flatMap(([property, { example }]) =>
            document
              .errorsAt(['components', 'schemas', name, 'properties', property], example)
              .map((error) => `${name}.${property}${error}`),
          ),
      );
      expect(wrong).toEqual([]);
    });

    it('every body has an example that is right as a whole', () => {
      forEachRoute(({ requestBody }) => {
        if (!requestBody) return [];
        const { schema, examples } = Object.values(requestBody.content)[0]!;
        const name = (schema as Schema).$ref!.split('/').at(-1)!;
        const { properties = {} } = document.json.components.schemas[name]!;
        const assembled = Object.fromEntries(Object.entries(properties).map(([key, { example }]) => [key, example]));
        const values = examples ? Object.values(examples).map(({ value }) => value) : [assembled];
        return values.flatMap((value) => document.errorsAt(['components', 'schemas', name], value));
      });
    });

    it('every parameter has a description or an example, and none but a path is filled in by it', () => {
      forEachRoute(({ parameters = [] }) =>
        parameters
          .filter(({ in: where, description, schema }) => (where === 'path' ? !('example' in schema) : !description))
          .map(({ name }) => `${name} is not described`),
      );
    });

    it('numbers are whole, ids are UUIDs, times are date-times', () => {
      const { MessageResponse: message } = document.json.components.schemas;
      expect(message?.properties).toMatchObject({
        id: { type: 'string', format: 'uuid' },
        seq: { type: 'integer' },
        createdAt: { type: 'string', format: 'date-time' },
        editedAt: { type: ['string', 'null'], format: 'date-time' },
      });
      expect(JSON.stringify(document.json)).not.toContain('"type":"number"');
    });

    it('the limits of the inputs are in it', () => {
      const { SendMessageDto, RegisterDto } = document.json.components.schemas;
      expect(SendMessageDto?.properties?.text).toMatchObject({ minLength: 1, maxLength: 4000 });
      expect(RegisterDto?.properties?.password).toMatchObject({ minLength: 8, maxLength: 128 });
      const limit = document.find('GET', '/groups').operation.parameters!.find(({ name }) => name === 'limit');
      expect(limit).toMatchObject({ required: false, schema: { type: 'integer', minimum: 1, maximum: 100 } });
    });

    it('what a header announces is in it', () => {
      const { responses } = document.find('POST', '/messages').operation;
      expect(Object.keys(responses['201']!.headers!)).toEqual(['RateLimit', 'RateLimit-Policy']);
      expect(Object.keys(responses['429']!.headers!)).toContain('Retry-After');
      expect(Object.keys(responses['401']!.headers!)).toContain('WWW-Authenticate');
    });
  });

  it('asks for a token exactly where the server does', async () => {
    const nobody = new Api(server.url);
    for (const { method, path, operation } of document.routes) {
      const name = `${method} ${path}`;
      const { status } = await nobody.request(method, path.replace(/\{\w+\}/g, crypto.randomUUID()));
      expect([name, operation.security]).toEqual([name, PUBLIC.includes(name) ? [] : [{ bearer: [] }]]);
      expect([name, status === 401]).toEqual([name, !PUBLIC.includes(name)]);
    }
  });

  it('passes the linter', async () => {
    const problems = await lintFromString({
      source: JSON.stringify(document.json),
      absoluteRef: 'openapi.json',
      config: await createConfig({ extends: ['recommended'] }),
    });
    const lines = problems.map(({ severity, ruleId, location, message }) => ({
      severity,
      line: `${ruleId} ${location[0]?.pointer}: ${message}`,
    }));
    for (const { line } of lines.filter(({ severity }) => severity === 'warn')) console.warn(line);
    expect(lines.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('makes a typed client that compiles strictly and works', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'messendger-client-'));
    try {
      await writeFile(join(folder, 'api.json'), JSON.stringify(document.json));
      const generator = join(MODULES, 'swagger-typescript-api', 'dist', 'cli.mjs');
      const options = ['-p', 'api.json', '-o', '.', '-n', 'api.ts', '--generate-union-enums'];
      await run(process.execPath, [generator, 'generate', ...options], { cwd: folder });
      const generated = await readFile(join(folder, 'api.ts'), 'utf8');
      // It switches the compiler off in its own file; here it is to prove itself.
      await writeFile(join(folder, 'api.ts'), generated.replace('// @ts-nocheck', ''));
      await writeFile(join(folder, 'use.ts'), CONSUMER);
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CLIENT_TSCONFIG));
      await run(process.execPath, [join(MODULES, 'typescript', 'bin', 'tsc'), '-p', folder]).catch((error: unknown) =>
        Promise.reject(new Error((error as { stdout: string }).stdout)),
      );
      const { stdout } = await run(process.execPath, [join(folder, 'use.js'), server.url, PASSWORD]);
      expect(JSON.parse(stdout)).toEqual({ seq: 1, text: 'Hello', group: 'Engineering', code: 'group_not_found' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is what the server does', async () => {
    const seen = new Set<string>();
    /** Calls, and holds the answer against the document. */
    const call = async <T>(api: Api, expected: number | string, ...request: Parameters<Api['request']>) => {
      const [method, path] = request;
      const answer = await api.request<T>(...request);
      const route = document.find(method, path.split('?')[0]!);
      const errors = document.errorsOf(route, answer.status, answer.headers.get('content-type'), answer.body);
      const { code } = answer.body as Partial<ProblemDetails>;
      expect({ request, errors, result: code ?? answer.status }).toEqual({ request, errors: [], result: expected });
      if (code) {
        const examples = route.operation.responses[answer.status]?.content?.[PROBLEM]?.examples ?? {};
        expect(Object.keys(examples)).toContain(code);
      } else {
        seen.add(`${method} ${route.path}`);
      }
      return answer.body;
    };
    const nobody = new Api(server.url);
    const register = async (username: string) => {
      const account = { username, password: PASSWORD, email: `${username}@example.org` };
      const { user, accessToken } = await call<AuthResult>(nobody, 201, 'POST', '/register', account);
      return { ...user, api: new Api(server.url, accessToken) };
    };
    const ann = await register('conform-ann');
    const bob = await register('conform-bob');
    const nowhere = crypto.randomUUID();

    const login = await call<AuthResult>(nobody, 200, 'POST', '/login', { username: ann.username, password: PASSWORD });
    const { refreshToken } = login;
    await call(nobody, 200, 'POST', '/auth/refresh', { refreshToken });
    await call(nobody, 'validation_failed', 'POST', '/auth/refresh');
    await call(nobody, 'session_ended', 'POST', '/auth/refresh', { refreshToken: 'x' });
    const cookie = { cookie: `messendger=${refreshToken}` };
    await call(nobody, 'header_needed', 'POST', '/auth/refresh', {}, cookie);
    await call(nobody, 200, 'POST', '/auth/refresh', {}, { ...cookie, 'session-transport': 'cookie' });
    await call(nobody, 'header_needed', 'POST', '/logout', {}, cookie);
    await call(nobody, 204, 'POST', '/logout', { refreshToken });
    await call(new Api(server.url, login.accessToken), 'session_ended', 'GET', '/users/me');
    await call(new Api(server.url, login.accessToken), 'session_ended', 'POST', '/logout');
    const other = await call<AuthResult>(nobody, 200, 'POST', '/login', { username: ann.username, password: PASSWORD });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const grant = new URLSearchParams({ grant_type: 'password', username: ann.username, password: PASSWORD });
    await call(nobody, 400, 'POST', '/oauth/token', grant.toString(), form);
    const refreshing = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: other.refreshToken! });
    await call(nobody, 200, 'POST', '/oauth/token', refreshing.toString(), form);
    await call(nobody, 400, 'POST', '/oauth/token', 'grant_type=magic', form);
    await call(nobody, 'invalid_credentials', 'POST', '/login', { username: ann.username, password: 'wrong' });
    await call(nobody, 'username_taken', 'POST', '/register', { username: ann.username, password: PASSWORD });
    await call(nobody, 'validation_failed', 'POST', '/register', { username: 'x' });
    await call(nobody, 204, 'POST', '/auth/password/forgotten', { email: 'conform-ann@example.org' });
    await call(nobody, 'validation_failed', 'POST', '/auth/password/forgotten', { email: 'x' });
    const link = async (purpose: string, userId = ann.id) => {
      const token = crypto.randomUUID();
      await database.query(
        `INSERT INTO one_time_tokens (hash, user_id, purpose, expires_at)
         VALUES (sha256(convert_to($1, 'UTF8')), $2, $3, now() + interval '1 hour')`,
        [token, userId, purpose],
      );
      return token;
    };
    const verification = await link('verify');
    await call(nobody, 200, 'POST', '/auth/links/account', { token: verification });
    await call(nobody, 204, 'POST', '/auth/email/verify', { token: verification });
    await call(nobody, 'link_invalid', 'POST', '/auth/links/account', { token: verification });
    await database.query(
      `UPDATE users SET pending_email = $1, pending_email_expires_at = now() + interval '1 hour' WHERE id = $2`,
      ['conform-ann@example.org', bob.id],
    );
    const taken = await link('verify', bob.id);
    await call(nobody, 'email_taken', 'POST', '/auth/email/verify', { token: taken });
    await call(nobody, 'link_invalid', 'POST', '/auth/email/verify', { token: 'x' });
    const token = await link('reset');
    await call(nobody, 204, 'POST', '/auth/password/reset', { token, newPassword: PASSWORD });
    await call(nobody, 'link_invalid', 'POST', '/auth/password/reset', { token, newPassword: PASSWORD });
    const again = await call<AuthResult>(nobody, 200, 'POST', '/login', { username: ann.username, password: PASSWORD });
    ann.api = new Api(server.url, again.accessToken);
    const passwords = { oldPassword: PASSWORD, newPassword: PASSWORD };
    await call(ann.api, 204, 'POST', '/users/me/password', passwords);
    await call(ann.api, 'wrong_password', 'POST', '/users/me/password', { ...passwords, oldPassword: 'wrong' });
    await call(ann.api, 204, 'POST', '/users/me/email/verify');
    await call(nobody, 'malformed_request', 'POST', '/register', '{');
    await call(nobody, 'payload_too_large', 'POST', '/register', { username: 'x'.repeat(200_000) });
    await call(nobody, 'unsupported_media_type', 'POST', '/register', 'x', { 'content-type': 'text/plain' });
    await call(nobody, 'unauthenticated', 'GET', '/users/me');
    await call(nobody, 200, 'GET', '/health/live');
    await call(nobody, 200, 'GET', '/health/ready');

    await call(ann.api, 200, 'GET', '/users/me');
    const { items } = await call<{ items: SessionInfo[] }>(ann.api, 200, 'GET', '/users/me/sessions');
    const proof = { password: PASSWORD };
    await call(bob.api, 'session_not_found', 'DELETE', `/users/me/sessions/${items[0]!.id}`, proof);
    await call(nobody, 200, 'POST', '/login', { username: ann.username, password: PASSWORD });
    const { items: both } = await call<{ items: SessionInfo[] }>(ann.api, 200, 'GET', '/users/me/sessions');
    await call(ann.api, 204, 'DELETE', `/users/me/sessions/${both.find(({ current }) => !current)!.id}`, proof);
    await call(ann.api, 'wrong_password', 'DELETE', '/users/me/sessions');
    await call(ann.api, 204, 'DELETE', '/users/me/sessions', proof);
    await call(nobody, 200, 'GET', '/auth/providers');
    await call(ann.api, 200, 'GET', '/users/me/identities');
    await call(ann.api, 200, 'POST', '/users/me/identities/google', proof);
    await call(ann.api, 'identity_not_found', 'DELETE', '/users/me/identities/google', proof);
    await database.query(`INSERT INTO identities (provider, subject, user_id) VALUES ('google', '1', $1)`, [ann.id]);
    await call(ann.api, 204, 'DELETE', '/users/me/identities/google', proof);
    await call(ann.api, 'wrong_password', 'PATCH', '/users/me', { email: null });
    await call(ann.api, 200, 'PATCH', '/users/me', { email: null, currentPassword: PASSWORD });
    await call(ann.api, 'no_email', 'POST', '/users/me/email/verify');
    await call(ann.api, 200, 'GET', '/users?query=conform&limit=1');
    await call(ann.api, 200, 'GET', `/users/${bob.id}`);
    await call(ann.api, 'user_not_found', 'GET', `/users/${nowhere}`);

    const group = await call<Group>(ann.api, 201, 'POST', '/groups', { kind: 'public', name: 'Conform' });
    await call(ann.api, 201, 'POST', '/groups', { kind: 'direct', userId: bob.id });
    await call(ann.api, 'validation_failed', 'POST', '/groups', { kind: 'public' });
    const send = (text: string, more = {}) =>
      call<Message>(ann.api, 201, 'POST', '/messages', { groupId: group.id, text, ...more });
    const first = await send('First');
    const reply = await send('Second', { replyTo: first.id });
    await call(ann.api, 'message_id_conflict', 'POST', '/messages', { groupId: group.id, text: 'x', id: first.id });
    await call(ann.api, 'group_not_found', 'POST', '/messages', { groupId: nowhere, text: 'x' });
    await call(bob.api, 'not_a_member', 'POST', '/messages', { groupId: group.id, text: 'x' });
    await call(ann.api, 200, 'GET', `/messages?groupId=${group.id}&limit=1`);
    await call(ann.api, 200, 'GET', '/groups?limit=1');
    await call(bob.api, 200, 'GET', '/groups?scope=public');
    await call(bob.api, 200, 'GET', `/groups/${group.id}`);
    await call(bob.api, 200, 'POST', `/groups/${group.id}/join`);
    await call(bob.api, 200, 'POST', `/groups/${group.id}/read`, { seq: 1 });
    await call(bob.api, 'not_the_owner', 'PATCH', `/groups/${group.id}`, { name: 'Mine' });
    await call(ann.api, 200, 'PATCH', `/groups/${group.id}`, { description: 'Described' });
    await call(ann.api, 200, 'PATCH', `/messages/${first.id}`, { text: 'Edited' });
    await call(bob.api, 'not_the_author', 'PATCH', `/messages/${first.id}`, { text: 'Mine' });
    const thumb = encodeURIComponent('👍');
    await call(bob.api, 200, 'PUT', `/messages/${first.id}/reactions/${thumb}`);
    await call(ann.api, 200, 'GET', `/messages/${first.id}/reactions?limit=1`);
    await call(bob.api, 200, 'DELETE', `/messages/${first.id}/reactions/${thumb}`);
    await call(bob.api, 'validation_failed', 'PUT', `/messages/${first.id}/reactions/x`);
    await call(bob.api, 'message_not_found', 'PUT', `/messages/${nowhere}/reactions/${thumb}`);
    await call(ann.api, 200, 'PUT', `/messages/${first.id}/pin`);
    await call(ann.api, 200, 'GET', `/messages/pinned?groupId=${group.id}`);
    await call(bob.api, 'not_the_owner', 'DELETE', `/messages/${first.id}/pin`);
    await call(ann.api, 200, 'DELETE', `/messages/${first.id}/pin`);
    await call(ann.api, 200, 'DELETE', `/messages/${first.id}`);
    await call(ann.api, 'message_deleted', 'PATCH', `/messages/${first.id}`, { text: 'Back' });
    await call(ann.api, 'message_deleted', 'PUT', `/messages/${first.id}/pin`);
    await call(ann.api, 'message_deleted', 'PUT', `/messages/${first.id}/reactions/${thumb}`);
    await call(ann.api, 200, 'GET', `/messages?groupId=${group.id}&around=${reply.seq}`);
    await call(ann.api, 200, 'GET', `/groups/${group.id}/members?limit=1`);
    await call(ann.api, 204, 'DELETE', `/groups/${group.id}/members/${bob.id}`);
    await call(ann.api, 'member_not_found', 'DELETE', `/groups/${group.id}/members/${bob.id}`);
    await call(ann.api, 201, 'POST', `/groups/${group.id}/members`, { userId: bob.id });
    await call(ann.api, 204, 'DELETE', `/groups/${group.id}`);
    await call(ann.api, 'group_not_found', 'GET', `/groups/${group.id}`);

    await call(bob.api, 'wrong_password', 'DELETE', '/users/me', { password: 'wrong' });
    await call(bob.api, 204, 'DELETE', '/users/me', { password: PASSWORD });

    const json = ({ operation }: { operation: Operation }) =>
      successes(operation).every(([, { content }]) => !content || content['application/json']);
    const all = document.routes.filter(json).map(({ method, path }) => `${method} ${path}`);
    expect([...seen].sort()).toEqual(all.sort());
  });
});

/** What an integrator would write. */
const CONSUMER = `
import { Api, type ProblemResponse } from './api.js';

const [, , baseUrl, password = ''] = process.argv;
const api = new Api<string>({ baseUrl, securityWorker: (token) => ({ headers: { Authorization: \`Bearer \${token}\` } }) });
const { data: session } = await api.register.authRegister({ username: 'generated', password });
api.setSecurityData(session.accessToken);
const { data: group } = await api.groups.groupsCreate({ kind: 'public', name: 'Engineering' });
const { data: message } = await api.messages.messagesSend({ groupId: group.id, text: 'Hello' });
const seq: number = message.seq;
const peer: string | undefined = group.peer?.username;
const code = await api.groups.groupsGet(message.id).catch((answer: { error: ProblemResponse }) => answer.error.code);
console.log(JSON.stringify({ seq, text: message.text, group: group.name, code, peer }));
`;

const CLIENT_TSCONFIG = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    typeRoots: [join(MODULES, '@types')],
  },
};
