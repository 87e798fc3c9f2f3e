import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rate } from '../../src/config/config.js';
import { ConfigError, loadConfig } from '../../src/config/load-config.js';
import { SECRET_SETTINGS } from '../../src/config/secret-files.js';
import { settings } from '../../src/config/settings.js';
import { warningsOf } from '../../src/config/warnings.js';

const ROOT = join(import.meta.dirname, '..', '..');
const STRONG = 'k3Jx9Qv2Lw8Zt5Rb7Nm4Hc6Pd1Fg0Ys-UaEiOqWrTy';

describe('The configuration', () => {
  const home = process.cwd();
  let folder: string;

  // `.env` is read in the working directory, and the data folder is below it.
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'messendger-config-'));
    process.chdir(folder);
  });
  afterEach(async () => {
    process.chdir(home);
    await rm(folder, { recursive: true });
  });

  const errorOf = (environment: Record<string, string>): string => {
    try {
      loadConfig(environment);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('It was accepted');
  };

  it('needs nothing', () => {
    expect(loadConfig({})).toMatchObject({
      production: false,
      port: 8000,
      host: 'localhost',
      dataDir: './data',
      databaseUrl: null,
      accessTokenTtl: 900,
      sessionTtl: 2_592_000,
      sessionIdleTtl: 1_209_600,
      rateLimits: true,
      trustProxy: 0,
    });
  });

  it('takes what is set', () => {
    const config = loadConfig({
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '::',
      DATABASE_URL: 'postgresql://me@db/chat?sslmode=require',
      DATABASE_POOL_SIZE: '25',
      JWT_SECRET: STRONG,
      ACCESS_TOKEN_TTL: '12h',
      SESSION_TTL: '90d',
      SESSION_IDLE_TTL: '12h',
      RATE_LIMITS: 'off',
      LIMIT_COMMANDS: '7/2m',
      TRUST_PROXY: '2',
      SHUTDOWN_TIMEOUT: '1m',
    });
    expect(config).toMatchObject({
      production: true,
      port: 0,
      host: '::',
      databaseUrl: 'postgresql://me@db/chat?sslmode=require',
      databasePoolSize: 25,
      jwtSecret: STRONG,
      accessTokenTtl: 43_200,
      sessionTtl: 7_776_000,
      sessionIdleTtl: 43_200,
      rateLimits: false,
      limits: { command: { points: 7, duration: 120 }, request: { points: 600, duration: 60 } },
      trustProxy: 2,
      shutdownTimeout: 60,
    });
  });

  it.each([
    ['90', 90],
    ['90s', 90],
    ['2m', 120],
    ['3h', 10_800],
    ['7d', 604_800],
  ])('reads the duration %s as %d seconds', (given, seconds) => {
    expect(loadConfig({ ACCESS_TOKEN_TTL: given }).accessTokenTtl).toBe(seconds);
  });

  it.each<[name: keyof typeof settings, values: string[], reason: RegExp]>([
    ['NODE_ENV', ['prod', 'PRODUCTION', 'true'], /not in choices/],
    ['PORT', ['x', '-1', '65536', '80.5', '0x50', '8e3', ' 80', '80 443'], /not a whole number from 0 to 65535/],
    [
      'DATABASE_URL',
      ['db', 'localhost:5432/chat', 'mysql://db/chat', 'postgres:/', 'postgres://'],
      /not a postgres:\/\/ URL/,
    ],
    ['DATABASE_POOL_SIZE', ['0', '1', '201', 'many'], /not a whole number from 2 to 200/],
    ['JWT_SECRET', ['short', 'x'.repeat(31)], /needs 32 or more/],
    ['ACCESS_TOKEN_TTL', ['0', '12 h', '1w', '-1h', '1.5h', 'forever', '9999999999d'], /not a duration/],
    ['SESSION_TTL', ['0', '59s', '1w', '366d'], /not a duration/],
    ['SESSION_IDLE_TTL', ['0', '59s', '366d', 'never'], /not a duration/],
    ['RATE_LIMITS', ['true', 'yes', '1', 'ON'], /neither on nor off/],
    ['LIMIT_COMMANDS', ['100', '0/5s', '100/0s', '100/5', '1.5/1s', '100/2d', 'x/1s', '100/25h'], /not a rate like/],
    ['TRUST_PROXY', ['true', '-1', '17'], /not a whole number from 0 to 16/],
    ['SHUTDOWN_TIMEOUT', ['0', 'soon', '2h'], /not a duration/],
  ])('refuses a wrong %s, says why and gives an example', (name, values, reason) => {
    for (const value of values) {
      const message = errorOf({ [name]: value });
      expect(message).toMatch(new RegExp(`^${name} cannot be used: `));
      expect(message).toMatch(reason);
      expect(message).toContain(`Example: ${name}=${settings[name].example}`);
    }
  });

  it.each<[what: string, environment: Record<string, string>, reason: RegExp]>([
    ['Google without a secret', { GOOGLE_CLIENT_ID: 'x' }, /^GOOGLE_CLIENT_SECRET .*GOOGLE_CLIENT_ID needs it/],
    [
      'a userinfo address that is none',
      { GOOGLE_CLIENT_ID: 'x', GOOGLE_CLIENT_SECRET: 'y', GOOGLE_USERINFO_URL: 'https://g.example.org/me' },
      /^GOOGLE_USERINFO_URL .*does not end in \/userinfo/,
    ],
    ['an issuer without an audience', { ISSUER: 'https://id.example.org' }, /^ISSUER_AUDIENCE .*ISSUER needs it/],
    [
      'an issuer without keys',
      { ISSUER: 'https://id.example.org', ISSUER_AUDIENCE: 'us' },
      /^ISSUER_JWKS_URL .*this or ISSUER_KEY_FILE/,
    ],
    ['a symmetric algorithm', { ISSUER_ALGORITHM: 'HS256' }, /^ISSUER_ALGORITHM .*not in choices/],
    ['no algorithm', { ISSUER_ALGORITHM: 'none' }, /^ISSUER_ALGORITHM .*not in choices/],
    ['an issuer with our own name', { ISSUER: 'messendger' }, /^ISSUER .*not an http/],
    ['a public address that is none', { PUBLIC_URL: 'chat.example.org' }, /^PUBLIC_URL .*not the http/],
  ])('refuses %s', (_, environment, reason) => {
    expect(errorOf(environment)).toMatch(reason);
  });

  it('names every setting that is wrong at once, a line for each', () => {
    const lines = errorOf({ PORT: 'x', RATE_LIMITS: 'x', TRUST_PROXY: 'x' }).split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['PORT', 'RATE_LIMITS', 'TRUST_PROXY']);
  });

  it('takes an empty value for none', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8000, databaseUrl: null });
  });

  it('has examples that are accepted', () => {
    const examples = Object.entries(settings).map(([name, { example }]) => [name, example] as [string, string]);
    expect(() =>
      loadConfig({ ...Object.fromEntries(examples), JWT_SECRET: STRONG, JWT_SECRET_PREVIOUS: STRONG }),
    ).not.toThrow();
  });

  describe('in production', () => {
    it.each([
      ['none', undefined, /needed in production/],
      ['an empty one', '', /needed in production/],
      ['a short one', 'abcdefghij0123456789', /needs 32 or more/],
      ['the example', settings.JWT_SECRET.example, /an example or easily guessed/],
      ['one character over and over', 'x'.repeat(64), /an example or easily guessed/],
      ['few characters', '0101101001011010'.repeat(4) + '2', /an example or easily guessed/],
      ['a word over and over', 'my-secret-123'.repeat(4), /an example or easily guessed/],
    ])('refuses %s for a secret', (_, secret, reason) => {
      const message = errorOf({ NODE_ENV: 'production', ...(secret !== undefined && { JWT_SECRET: secret }) });
      expect(message).toMatch(/^JWT_SECRET cannot be used: /);
      expect(message).toMatch(reason);
      if (secret && secret !== settings.JWT_SECRET.example) expect(message).not.toContain(secret);
    });

    it.each([
      ['a short one', 'abcdefghij0123456789', /one of them has 20 characters, and needs 32 or more/],
      ['an empty one', `${STRONG},`, /one of them has 0 characters, and needs 32 or more/],
      ['the example', `${STRONG}, ${settings.JWT_SECRET_PREVIOUS.example}`, /an example or easily guessed/],
      ['one character over and over', 'x'.repeat(64), /an example or easily guessed/],
    ])('refuses %s for an earlier secret', (_, previous, reason) => {
      const message = errorOf({ NODE_ENV: 'production', JWT_SECRET: STRONG, JWT_SECRET_PREVIOUS: previous });
      expect(message).toMatch(/^JWT_SECRET_PREVIOUS cannot be used: /);
      expect(message).toMatch(reason);
    });

    it('takes several earlier secrets', () => {
      const previous = [`${STRONG}-1`, `${STRONG}-2`];
      const environment = { NODE_ENV: 'production', JWT_SECRET: STRONG, JWT_SECRET_PREVIOUS: previous.join(', ') };
      expect(loadConfig(environment).previousJwtSecrets).toEqual(previous);
    });

    it('makes no secret of its own', () => {
      errorOf({ NODE_ENV: 'production' });
      expect(existsSync('data')).toBe(false);
    });
  });

  describe('in production, over networks', () => {
    const production = { NODE_ENV: 'production', JWT_SECRET: STRONG };
    const issuer = { ISSUER: 'https://id.example.org', ISSUER_AUDIENCE: 'us' };
    const google = { GOOGLE_CLIENT_ID: 'x', GOOGLE_CLIENT_SECRET: 'y' };

    it.each<[name: string, path: string, further: Record<string, string>]>([
      ['PUBLIC_URL', '', {}],
      ['ISSUER_JWKS_URL', '/keys', issuer],
      ['GOOGLE_AUTHORIZATION_URL', '/auth', google],
      ['GOOGLE_TOKEN_URL', '/token', google],
      ['GOOGLE_USERINFO_URL', '/userinfo', google],
    ])('refuses http:// for %s, except on this machine', (name, path, further) => {
      for (const host of ['chat.example.org', '10.0.0.7', 'chat', 'localhost.example.org', '[fc00::1]']) {
        expect(errorOf({ ...production, ...further, [name]: `http://${host}${path}` })).toMatch(
          new RegExp(`^${name} cannot be used: in production it must be https://`),
        );
      }
      for (const origin of ['http://localhost:8000', 'http://127.0.0.1', 'http://[::1]:8000', 'https://a.example']) {
        expect(() => loadConfig({ ...production, ...further, [name]: origin + path })).not.toThrow();
      }
      expect(() =>
        loadConfig({ ...further, ...issuer, ISSUER_KEY_FILE: 'k', [name]: `http://a.example${path}` }),
      ).not.toThrow();
    });

    it.each<[environment: Record<string, string>, warning: RegExp]>([
      [{ REDIS_URL: 'redis://:secret@redis.example.org:6379' }, /^REDIS_URL leads to redis.example.org without TLS/],
      [{ REDIS_URL: 'redis://8.8.8.8' }, /^REDIS_URL leads to 8.8.8.8 without TLS/],
      [{ SMTP_URL: 'smtp://me:secret@mail.example.org', MAIL_FROM: 'a@b.org' }, /^SMTP_URL leads to mail.example.org/],
      [{ DATABASE_URL: 'postgres://me:secret@db.example.org/chat' }, /^DATABASE_URL leads to db.example.org/],
      [{ DATABASE_URL: 'postgres://me:secret@db.example.org/chat?sslmode=disable' }, /^DATABASE_URL leads to/],
      [{ RATE_LIMITS: 'off' }, /^RATE_LIMITS=off lifts all limits/],
    ])('warns of %j', (environment, warning) => {
      const warnings = warningsOf(loadConfig({ ...production, ...environment }));
      expect(warnings).toEqual([expect.stringMatching(warning)]);
      expect(warnings[0]).not.toContain('secret');
      expect(warningsOf(loadConfig(environment))).toEqual([]);
    });

    it.each<Record<string, string>>([
      {},
      { REDIS_URL: 'rediss://redis.example.org' },
      { REDIS_URL: 'redis://redis:6379' },
      { REDIS_URL: 'redis://10.1.2.3' },
      { REDIS_URL: 'redis://[fd00::1]:6379' },
      { SMTP_URL: 'smtps://mail.example.org', MAIL_FROM: 'a@b.org' },
      { DATABASE_URL: 'postgres://me@postgres:5432/chat' },
      { DATABASE_URL: 'postgres://me@db.example.org/chat?sslmode=verify-full' },
      { DATABASE_URL: 'postgres://me@localhost/chat?host=%2Fvar%2Frun%2Fpostgresql' },
    ])('is quiet about %j', (environment) => {
      expect(warningsOf(loadConfig({ ...production, ...environment }))).toEqual([]);
    });

    it('warns of a weak secret in development only where others can connect', () => {
      const weak = { JWT_SECRET: 'for tests only, '.repeat(3) };
      expect(warningsOf(loadConfig({ ...weak, HOST: '0.0.0.0' }))).toEqual([expect.stringMatching(/^JWT_SECRET is/)]);
      expect(warningsOf(loadConfig(weak))).toEqual([]);
      expect(warningsOf(loadConfig({ JWT_SECRET: STRONG, HOST: '0.0.0.0' }))).toEqual([]);
    });
  });

  describe('of secrets in files', () => {
    const values: Record<(typeof SECRET_SETTINGS)[number], string> = {
      DATABASE_URL: 'postgres://me:secret@db/chat',
      REDIS_URL: 'redis://:secret@redis',
      SMTP_URL: 'smtps://me:secret@mail',
      JWT_SECRET: STRONG,
      GOOGLE_CLIENT_SECRET: 'google-secret',
    };
    const together = { GOOGLE_CLIENT_ID: 'x', MAIL_FROM: 'a@b.org' };

    it('reads each that there is, without the line break at the end', async () => {
      for (const [name, value] of Object.entries(values)) await writeFile(name, `${value}\n`);
      const files = Object.fromEntries(SECRET_SETTINGS.map((name) => [`${name}_FILE`, join(folder, name)]));
      expect(loadConfig({ ...together, ...files })).toEqual(loadConfig({ ...together, ...values }));
    });

    it('refuses a secret that is set both ways, or whose file is missing or empty, and names the setting', async () => {
      await writeFile('there', STRONG);
      await writeFile('empty', '\n');
      for (const name of SECRET_SETTINGS) {
        const setting = `${name}_FILE`;
        expect(errorOf({ [setting]: 'there', [name]: values[name] })).toMatch(
          new RegExp(`^${setting} cannot be used: ${name} is set too`),
        );
        expect(errorOf({ [setting]: 'absent' })).toMatch(
          new RegExp(`^${setting} cannot be used: the file cannot be read`),
        );
        expect(errorOf({ [setting]: 'empty' })).toMatch(
          new RegExp(`^${setting} cannot be used: the file empty is empty`),
        );
      }
    });

    it('checks what the file holds as strictly', async () => {
      await writeFile('short', 'short');
      expect(errorOf({ JWT_SECRET_FILE: 'short' })).toMatch(/^JWT_SECRET cannot be used: it has 5 characters/);
    });
  });

  describe('in development', () => {
    it('makes a secret once, keeps it, and lets nobody else read it', async () => {
      const first = loadConfig({ DATA_DIR: './there' }).jwtSecret;
      expect(Buffer.from(first, 'base64').length).toBe(48);
      expect(loadConfig({ DATA_DIR: './there' }).jwtSecret).toBe(first);
      expect((await stat('there/jwt-secret')).mode & 0o777).toBe(0o600);
      expect(loadConfig({ DATA_DIR: './elsewhere' }).jwtSecret).not.toBe(first);
    });

    it('prefers the secret that is set', () => {
      expect(loadConfig({ JWT_SECRET: STRONG }).jwtSecret).toBe(STRONG);
      expect(existsSync('data')).toBe(false);
    });
  });

  describe('of origins', () => {
    it('takes several, as browsers send them', () => {
      const { allowedOrigins } = loadConfig({ ALLOWED_ORIGINS: 'https://a.example.org, http://b.example.org:8080' });
      expect(allowedOrigins).toEqual(['https://a.example.org', 'http://b.example.org:8080']);
      expect(loadConfig({ ALLOWED_ORIGINS: '' }).allowedOrigins).toEqual([]);
    });

    it.each([
      '*',
      'null',
      'https://*.example.org',
      'a.example.org',
      'https://a.example.org/',
      'https://a.example.org/x',
      'https://A.example.org',
      'https://a.example.org:443',
      'ftp://a.example.org',
      'https://a.example.org,',
      'https://me@a.example.org',
    ])('refuses "%s"', (value) => {
      expect(errorOf({ ALLOWED_ORIGINS: value })).toMatch(/^ALLOWED_ORIGINS cannot be used: ".*" is not an origin/);
    });
  });

  describe('in a .env file', () => {
    it('is read, with comments and quotes', async () => {
      await writeFile('.env', `# A comment\nPORT=8123\nHOST="0.0.0.0" # all\nRATE_LIMITS=off\n`);
      expect(loadConfig({})).toMatchObject({ port: 8123, host: '0.0.0.0', rateLimits: false });
    });

    it('yields to the environment', async () => {
      await writeFile('.env', 'PORT=8123\nTRUST_PROXY=1\n');
      expect(loadConfig({ PORT: '9000' })).toMatchObject({ port: 9000, trustProxy: 1 });
    });

    it('is as strictly checked', async () => {
      await writeFile('.env', 'PORT=eight\n');
      expect(errorOf({})).toMatch(/^PORT cannot be used: "eight"/);
    });
  });

  describe('is documented', () => {
    const shown = (value?: boolean | number | string | string[] | Rate) => {
      if (typeof value === 'boolean') return value ? 'on' : 'off';
      return typeof value === 'object' && 'points' in value ? written(value) : String(value);
    };
    const written = ({ points, duration }: Rate) =>
      duration < 60
        ? `${points}/${duration}s`
        : duration < 3_600
          ? `${points}/${duration / 60}m`
          : `${points}/${duration / 3_600}h`;

    it('in .env.example: every setting, commented, as it is when it is not set', async () => {
      const expected = Object.entries(settings).map(([name, { desc, default: standard, example }]) =>
        [`# ${desc}.`, `#${name}=${shown(standard ?? example)}`, ''].join('\n'),
      );
      const [, ...blocks] = (await readFile(join(ROOT, '.env.example'), 'utf8')).split(/^(?=# .*\n#[A-Z])/m);
      expect(blocks.map((block) => `${block.trim()}\n`)).toEqual(expected);
    });

    it('in docker-compose.yml: passed through, every setting that the image does not set itself', async () => {
      const compose = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
      const passed = [...compose.matchAll(/^ {6}([A-Z_]+?)(?:_FILE)?:/gm)].map(([, name]) => name);
      const ours = ['NODE_ENV', 'PORT', 'HOST', 'DATA_DIR', 'ISSUER_KEY']; // ISSUER_KEY_FILE needs a mount too.
      const names = Object.keys(settings).map((name) => name.replace(/_FILE$/, ''));
      expect(names.filter((name) => !ours.includes(name) && !passed.includes(name))).toEqual([]);
    });

    it('in the README: every setting, in one table', async () => {
      const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
      const rows = readme.match(/^\| `[A-Z_]+` .*$/gm) ?? [];
      const expected = Object.entries(settings).map(([name, { desc, default: standard, example }]) => {
        const value = standard === undefined ? '' : `\`${shown(standard)}\``;
        return `| \`${name}\` | ${value} | ${desc} | \`${example}\` |`;
      });
      const normal = (row: string) => row.replace(/\s+\|/g, ' |').replace(/\|\s+/g, '| ');
      expect(rows.map(normal)).toEqual(expected.map(normal));
    });
  });
});
