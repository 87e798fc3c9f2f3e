import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemDetails } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';
import { rawRequest, upgradeStatus } from '../support/raw-request.js';
import { ServerProcess } from '../support/server-process.js';

const LISTED = 'https://app.example.org';
const EVIL = 'https://evil.example.net';
const POLLING = '/socket.io/?EIO=4&transport=polling';

const POLICY =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';" +
  "object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'";
/** All but Swagger UI, which makes markup of text, works with Trusted Types. */
const policyOf = (path: string) =>
  /^\/docs(\/|$)/.test(path) ? POLICY : `${POLICY};require-trusted-types-for 'script';trusted-types 'none'`;

/** What every answer says, whatever it is. */
const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

describe('Over HTTP', () => {
  /** Alone, on a connection of its own to the browser. */
  let app: TestApp;
  /** As it was built, behind a proxy. */
  let proxied: ServerProcess;
  let token: string;
  let asset: string;

  beforeAll(async () => {
    app = await startApp({ allowedOrigins: [LISTED] });
    proxied = await ServerProcess.start({
      DATABASE_URL: app.database.url,
      JWT_SECRET: 'for tests only, '.repeat(3),
      TRUST_PROXY: '1',
      ALLOWED_ORIGINS: `${LISTED}, https://intranet.example.org`,
    });
    token = (await Person.register(proxied.url, 'header')).token;
    asset = /\/assets\/[^"]+\.js/.exec((await rawRequest(proxied.url)).body)![0];
  });
  afterAll(async () => {
    await proxied.stop();
    await app.close();
  });

  describe('an answer', () => {
    it.each<[what: string, path: () => string, status: number, caching: string | undefined, method?: string]>([
      ['the page', () => '/', 200, 'no-cache'],
      ['an asset', () => asset, 200, 'public, max-age=31536000, immutable'],
      ['a script of the page', () => '/theme.js', 200, 'no-cache'],
      ['the documentation', () => '/docs', 200, 'no-cache'],
      ['a script of the documentation', () => '/docs/swagger-ui-init.js', 200, 'no-cache'],
      ['the API document', () => '/docs-json', 200, 'no-cache'],
      ['what is personal', () => '/users/me', 200, 'no-store'],
      ['a refusal', () => '/login', 400, 'no-store', 'POST'],
      ['an error', () => '/nowhere', 404, 'no-store'],
      ['health', () => '/health/live', 200, 'no-store'],
      ['polling', () => POLLING, 200, 'no-store'],
    ])('that is %s has the headers', async (_, path, status, caching, method = 'GET') => {
      const authorization = `Bearer ${token}`;
      const plain = await rawRequest(proxied.url + path(), { method, headers: { authorization } });
      expect(plain.status).toBe(status);
      expect(plain.headers).toMatchObject({ ...EVERYWHERE, 'content-security-policy': policyOf(path()) });
      expect(plain.headers['cache-control']).toBe(caching);
      expect(plain.headers.vary).toMatch('Origin');
      expect(plain.headers).not.toHaveProperty('x-powered-by');
      expect(plain.headers).not.toHaveProperty('server');
      expect(plain.headers).not.toHaveProperty('strict-transport-security');

      const headers = { authorization, 'x-forwarded-proto': 'https' };
      const overTls = await rawRequest(proxied.url + path(), { method, headers });
      expect(overTls.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    });

    it('that is the page is not sent again while it is the same', async () => {
      const { etag } = (await rawRequest(proxied.url)).headers;
      const again = await rawRequest(proxied.url, { headers: { 'if-none-match': String(etag) } });
      expect([again.status, again.body]).toEqual([304, '']);
      const other = await rawRequest(proxied.url, { headers: { 'if-none-match': 'W/"another"' } });
      expect(other.status).toBe(200);
    });

    it('that is the documentation can be left out', async () => {
      const silent = await startApp({ apiDocs: false }, app.database);
      for (const path of [
        '/docs',
        '/docs/',
        '/docs/index.html',
        '/docs/swagger-ui-init.js',
        '/docs-json',
        '/docs-yaml',
      ]) {
        expect([path, (await rawRequest(silent.url + path)).status]).toEqual([path, 404]);
      }
      await silent.close();
    });

    it('does not speak of TLS because a client says so', async () => {
      const { headers } = await rawRequest(app.url, { headers: { 'x-forwarded-proto': 'https' } });
      expect(headers).not.toHaveProperty('strict-transport-security');
    });

    it('holds nothing that the content security policy forbids', async () => {
      for (const path of ['/', '/docs', '/docs/', '/docs/index.html']) {
        const { status, body } = await rawRequest(proxied.url + path);
        expect(status).toBe(200);
        expect(body).not.toMatch(/<style|style=|<script(?![^>]* src="\/)|\son\w+=|javascript:/);
      }
    });
  });

  describe('a page of another origin', () => {
    const granted = (headers: object) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

    it('that is listed may read answers, of errors too, and use the cookie', async () => {
      for (const path of ['/health/live', '/users/me', '/nowhere', POLLING]) {
        const { headers } = await rawRequest(app.url + path, { headers: { origin: LISTED } });
        expect(granted(headers)).toEqual({
          'access-control-allow-origin': LISTED,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate',
        });
      }
    });

    it('that is listed is told before what it may send', async () => {
      for (const path of ['/messages', POLLING]) {
        const { status, headers, body } = await rawRequest(app.url + path, {
          method: 'OPTIONS',
          headers: { origin: LISTED, 'access-control-request-method': 'POST' },
        });
        expect([status, body]).toEqual([204, '']);
        expect(granted(headers)).toMatchObject({
          'access-control-allow-origin': LISTED,
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
          'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, Session-Transport',
          'access-control-max-age': '600',
        });
      }
    });

    it.each([EVIL, 'null', 'http://app.example.org', `${LISTED}:8443`, `${LISTED}.evil.example.net`, '*', ''])(
      'is granted nothing when it is "%s"',
      async (origin) => {
        const read = await rawRequest(`${app.url}/health/live`, { headers: { origin } });
        expect([read.status, granted(read.headers), read.headers.vary]).toEqual([200, {}, 'Origin']);
        const headers = { origin, 'access-control-request-method': 'POST' };
        const preflight = await rawRequest(`${app.url}/messages`, { method: 'OPTIONS', headers });
        expect([preflight.status, granted(preflight.headers)]).toEqual([204, {}]);
      },
    );
  });

  describe('a socket', () => {
    const here = () => new URL(app.url).host;
    const TLS = { 'x-forwarded-proto': 'https' };
    const CHAT = 'chat.example.org';

    it.each<[what: string, server: () => string, headers: () => Record<string, string>, accepted: boolean]>([
      ['no origin, from what is no browser', () => app.url, () => ({}), true],
      ['the origin of our own page', () => app.url, () => ({ origin: `http://${here()}` }), true],
      ['a listed origin', () => app.url, () => ({ origin: LISTED }), true],
      ['another origin', () => app.url, () => ({ origin: EVIL }), false],
      ['the origin null', () => app.url, () => ({ origin: 'null' }), false],
      ['our host at another port', () => app.url, () => ({ origin: 'http://127.0.0.1:1' }), false],
      ['our host under another scheme', () => app.url, () => ({ origin: `https://${here()}` }), false],
      ['a name that begins like ours', () => app.url, () => ({ origin: `http://${here()}.evil.example.net` }), false],
      ['what is no origin', () => app.url, () => ({ origin: 'x' }), false],
      ['a host that is no host, by a proxy', () => proxied.url, () => ({ origin: EVIL, host: 'a b' }), false],
      ['a forged host, by a proxy', () => proxied.url, () => ({ origin: `http://${here()}`, host: CHAT }), false],
      [
        'a forwarded host where no proxy is',
        () => app.url,
        () => ({ origin: EVIL, 'x-forwarded-host': 'evil.example.net', ...TLS }),
        false,
      ],
      ['our origin, by a proxy that keeps the host', () => proxied.url, () => on(CHAT, { host: CHAT, ...TLS }), true],
      [
        'our origin, by a proxy that forwards the host',
        () => proxied.url,
        () => on(CHAT, { 'x-forwarded-host': CHAT, ...TLS }),
        true,
      ],
      [
        'our origin, by two proxies',
        () => proxied.url,
        () => on(CHAT, { 'x-forwarded-host': `${CHAT}, inner`, 'x-forwarded-proto': 'https, http' }),
        true,
      ],
      [
        'our origin without TLS, where the proxy has TLS',
        () => proxied.url,
        () => ({ origin: `http://${CHAT}`, host: CHAT, ...TLS }),
        false,
      ],
      ['a listed origin, by a proxy', () => proxied.url, () => ({ origin: LISTED, host: CHAT, ...TLS }), true],
      ['another origin, by a proxy', () => proxied.url, () => ({ origin: EVIL, host: CHAT, ...TLS }), false],
    ])('with %s', async (_, server, headers, accepted) => {
      const polled = await rawRequest(server() + POLLING, { headers: headers() });
      expect([await upgradeStatus(server(), headers()), polled.status]).toEqual(accepted ? [101, 200] : [403, 403]);
      if (accepted) return;
      expect(polled.headers['content-type']).toMatch('application/problem+json');
      expect((JSON.parse(polled.body) as ProblemDetails).code).toBe('origin_not_allowed');
    });

    it('that is open takes nothing from a page of another origin', async () => {
      const { body } = await rawRequest(app.url + POLLING);
      const { sid } = JSON.parse(body.slice(1)) as { sid: string };
      const post = (headers: Record<string, string>) =>
        rawRequest(`${app.url}${POLLING}&sid=${sid}`, { method: 'POST', headers, body: '40{}' });
      expect((await post({ origin: EVIL })).status).toBe(403);
      expect((await post({})).status).toBe(200);
    });

    const on = (host: string, headers: Record<string, string>) => ({ origin: `https://${host}`, ...headers });
  });

  describe('a server', () => {
    const CHAT = 'chat.example.org';
    let named: TestApp;
    let open: TestApp;
    beforeAll(async () => {
      named = await startApp({ publicUrl: `https://${CHAT}`, host: '0.0.0.0' }, app.database);
      open = await startApp({ host: '0.0.0.0' }, app.database);
    });
    afterAll(async () => {
      await open.close();
      await named.close();
    });
    /** The statuses of a page, a call, the API document, both transports, and of two probes. */
    const answers = async (url: string, headers: Record<string, string>) => {
      const at = url.replace('0.0.0.0', '127.0.0.1');
      const paths = ['/', '/users/me', '/docs-json', POLLING, '/health/live', '/health/ready'];
      const statuses = await Promise.all(paths.map(async (path) => (await rawRequest(at + path, { headers })).status));
      return [...statuses.slice(0, 4), await upgradeStatus(at, headers), ...statuses.slice(4)];
    };
    const SERVED = [200, 401, 200, 200, 101, 200, 200];
    const FOREIGN = [200, 401, 200, 403, 403, 200, 200];
    const REFUSED = [421, 421, 421, 421, 421, 200, 200];
    const byPage = (host: string) => ({ host, origin: `http://${host}` });

    it.each<[what: string, server: () => string, headers: Record<string, string>, expected: number[]]>([
      ['on a loopback address, asked by its name', () => app.url, { host: 'localhost:8000' }, SERVED],
      ['on a loopback address, asked by its address', () => app.url, { host: '127.0.0.1' }, SERVED],
      ['on a loopback address, asked by its IPv6 address', () => app.url, { host: '[::1]:8000' }, SERVED],
      ['on a loopback address, asked by its own page', () => app.url, byPage('localhost:8000'), SERVED],
      ['on a loopback address, asked by a page that was rebound', () => app.url, byPage('evil.example.net'), REFUSED],
      ['on a loopback address, asked by another name', () => app.url, { host: 'localhost.evil.example.net' }, REFUSED],
      ['on a loopback address, asked by what is no name', () => app.url, { host: 'a b' }, REFUSED],
      [
        'on a loopback address, with a forwarded name where no proxy is',
        () => app.url,
        { host: 'evil.example.net', 'x-forwarded-host': 'localhost' },
        REFUSED,
      ],
      ['behind a proxy, asked by any name', () => proxied.url, { host: CHAT }, SERVED],
      ['with a public name, asked by it', () => named.url, { host: CHAT, origin: `https://${CHAT}` }, SERVED],
      ['with a public name, asked by it with a port', () => named.url, { host: `${CHAT.toUpperCase()}:443` }, SERVED],
      ['with a public name, asked from the same machine', () => named.url, byPage('localhost:8000'), SERVED],
      ['with a public name, asked by a page that was rebound', () => named.url, byPage('evil.example.net'), REFUSED],
      ['with a public name, asked by an address', () => named.url, { host: '192.0.2.1:8000' }, REFUSED],
      ['with a public name, asked by a page of that name over HTTP', () => named.url, byPage(CHAT), FOREIGN],
      [
        'with a public name, asked by another page that says the name',
        () => named.url,
        { host: CHAT, origin: EVIL },
        FOREIGN,
      ],
      ['on all addresses without a public name, asked by any name', () => open.url, byPage('chat.lan:8000'), SERVED],
      [
        'on all addresses without a public name, asked by another page',
        () => open.url,
        { host: 'chat.lan:8000', origin: EVIL },
        FOREIGN,
      ],
    ])('%s', async (_, server, headers, expected) => {
      expect(await answers(server(), headers)).toEqual(expected);
    });

    it('refuses with a problem that says where it is', async () => {
      const at = named.url.replace('0.0.0.0', '127.0.0.1');
      const { headers, body } = await rawRequest(`${at}/users/me`, { headers: { host: 'evil.example.net' } });
      expect(headers['content-type']).toMatch('application/problem+json');
      expect(JSON.parse(body)).toMatchObject({
        status: 421,
        code: 'misdirected_request',
        detail: `This server is at https://${CHAT}.`,
      });
    });
  });

  describe('a connection', () => {
    it('is not held for ever by who is slow, and outlives what a balancer keeps', () => {
      const { headersTimeout, requestTimeout, keepAliveTimeout } = app.nest.getHttpServer();
      expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
        headersTimeout: 15_000,
        requestTimeout: 30_000,
        keepAliveTimeout: 65_000,
      });
    });

    it.each([
      ['15 KB of headers', 'x-much', 15_000, 200],
      ['17 KB of headers', 'x-much', 17_000, 431],
    ])('with %s', async (_, name, bytes, status) => {
      const headers = { [name]: 'x'.repeat(bytes) };
      expect((await rawRequest(`${app.url}/health/live`, { headers })).status).toBe(status);
    });

    it.each([
      ['100 KB', 100 * 1024, 400, 'validation_failed'],
      ['one byte more', 100 * 1024 + 1, 413, 'payload_too_large'],
    ])('with a body of %s', async (_, bytes, status, code) => {
      const empty = JSON.stringify({ username: '' });
      const answer = await rawRequest(`${app.url}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'x'.repeat(bytes - empty.length) }),
      });
      expect([answer.status, (JSON.parse(answer.body) as ProblemDetails).code]).toEqual([status, code]);
    });
  });
});
