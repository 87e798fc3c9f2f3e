import { makeExactValidator, str } from 'envalid';
import type { Rate, Registration } from './config.js';

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

const seconds = (min: number, max: number) =>
  makeExactValidator<number>((input) => {
    const match = /^(\d+)(s|m|h|d)?$/.exec(input);
    const value = Number(match?.[1]) * UNITS[match?.[2] ?? 's']!;
    if (!(value >= min && value <= max)) throw new Error(`"${input}" is not a duration from ${min} to ${max} seconds`);
    return value;
  });

const whole = (min: number, max: number) =>
  makeExactValidator<number>((input) => {
    const value = /^\d+$/.test(input) ? Number(input) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new Error(`"${input}" is not a whole number from ${min} to ${max}`);
    }
    return value;
  });

/** So many in so many seconds, as in `100/5s`. */
const rate = makeExactValidator<Rate>((input) => {
  const match = /^(\d{1,7})\/(\d{1,5})(s|m|h)$/.exec(input);
  const points = Number(match?.[1]);
  const duration = Number(match?.[2]) * UNITS[match?.[3] ?? 's']!;
  if (!(points >= 1 && duration >= 1 && duration <= 86_400)) {
    throw new Error(`"${input}" is not a rate like 100/5s: one or more in a second to a day`);
  }
  return { points, duration };
});

const onOff = makeExactValidator<boolean>((input) => {
  if (input !== 'on' && input !== 'off') throw new Error(`"${input}" is neither on nor off`);
  return input === 'on';
});

const postgresUrl = makeExactValidator<string>((input) => {
  if (!/^postgres(ql)?:\/\/./.test(input) || !URL.canParse(input)) throw new Error('it is not a postgres:// URL');
  return input;
});

const redisUrl = makeExactValidator<string>((input) => {
  if (!/^rediss?:\/\//.test(input) || !URL.canParse(input)) throw new Error('it is not a redis:// URL');
  return input;
});

/** Origins as browsers send them, separated by commas. There is no wildcard: each is trusted by name. */
const origins = makeExactValidator<string[]>((input) =>
  input.split(',').map((part) => {
    const origin = part.trim();
    if (!/^https?:\/\/[^*]+$/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new Error(`"${origin}" is not an origin like https://app.example.org`);
    }
    return origin;
  }),
);

/** Domains, separated by commas. */
const domains = makeExactValidator<string[]>((input) =>
  input.split(',').map((part) => {
    const domain = part.trim().toLowerCase();
    if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/.test(domain)) {
      throw new Error(`"${domain}" is not a domain like example.org`);
    }
    return domain;
  }),
);

const list = makeExactValidator<string[]>((input) => input.split(',').map((part) => part.trim()));

const smtpUrl = makeExactValidator<string>((input) => {
  if (!/^smtps?:\/\/./.test(input) || !URL.canParse(input)) throw new Error('it is not an smtp:// or smtps:// URL');
  return input;
});

const publicUrl = makeExactValidator<string>((input) => {
  if (!/^https?:\/\/[^/?#]+\/?$/.test(input) || !URL.canParse(input)) {
    throw new Error('it is not the http:// or https:// URL of a host, without a path');
  }
  return input.replace(/\/$/, '');
});

const webUrl = makeExactValidator<string>((input) => {
  if (!/^https?:\/\//.test(input) || !URL.canParse(input)) throw new Error('it is not an http:// or https:// URL');
  return input;
});

/** Every setting of the product, in the order in which `.env.example` and the README list them. */
export const settings = {
  NODE_ENV: str({
    desc: '`production` asks for a strong JWT_SECRET and writes logs as JSON',
    choices: ['development', 'production', 'test'],
    default: 'development',
    example: 'production',
  }),
  PORT: whole(0, 65_535)({ desc: 'The port to listen on; 0 takes a free one', default: 8000, example: '8000' }),
  HOST: str({
    desc: 'The address to listen on; `0.0.0.0` or `::` for all, as the container does',
    default: 'localhost',
    example: '0.0.0.0',
  }),
  DATA_DIR: str({
    desc: 'Where the embedded PostgreSQL and the development secret live',
    default: './data',
    example: '/var/lib/messendger',
  }),
  DATABASE_URL: postgresUrl({
    desc: 'A PostgreSQL 15 or newer to use instead of the embedded one',
    default: undefined,
    example: 'postgres://messendger:secret@localhost:5432/messendger',
  }),
  DATABASE_POOL_SIZE: whole(
    2,
    200,
  )({
    desc: 'Connections to the database that one process may open',
    default: 10,
    example: '10',
  }),
  REDIS_URL: redisUrl({
    desc: 'A Redis that connects several nodes, so that each delivers at once what another stored',
    default: undefined,
    example: 'redis://localhost:6379',
  }),
  PUBLIC_URL: publicUrl({
    desc: 'Where browsers reach this server, for links and callbacks; requests by other names are refused',
    default: undefined,
    example: 'https://chat.example.org',
  }),
  SMTP_URL: smtpUrl({
    desc: 'A mail server that takes letters to users; without it an operator makes their links',
    default: undefined,
    example: 'smtps://messendger:secret@mail.example.org',
  }),
  MAIL_FROM: str({
    desc: 'Who the letters are from; needed with SMTP_URL',
    default: undefined,
    example: 'Messendger <chat@example.org>',
  }),
  JWT_SECRET: str({
    desc: 'Signs the access tokens; at least 32 characters; needed in production, made by itself in development',
    default: undefined,
    example: 'the output of: openssl rand -base64 48',
  }),
  JWT_SECRET_PREVIOUS: list({
    desc: 'Earlier values of JWT_SECRET, separated by commas, whose access tokens are still good',
    default: undefined,
    example: 'what JWT_SECRET was before the change',
  }),
  ACCESS_TOKEN_TTL: seconds(
    1,
    31_536_000,
  )({
    desc: 'How long an access token is valid: seconds, or with s, m, h or d',
    default: 900,
    example: '15m',
  }),
  SESSION_TTL: seconds(
    60,
    31_536_000,
  )({
    desc: 'How long a login lasts at most, however often its tokens are refreshed',
    default: 2_592_000,
    example: '30d',
  }),
  SESSION_IDLE_TTL: seconds(
    60,
    31_536_000,
  )({
    desc: 'How long a login lasts without a refresh of its tokens',
    default: 1_209_600,
    example: '14d',
  }),
  REGISTRATION: str<Registration>({
    desc: 'How accounts are created: `open` by anyone, `invited` by a link of `npm run account -- invite`, `off` not with a password',
    choices: ['open', 'invited', 'off'],
    default: 'open',
    example: 'invited',
  }),
  PASSWORD_LOGIN: onOff({
    desc: '`off` refuses passwords: users log in with Google or with tokens of the issuer',
    default: true,
    example: 'off',
  }),
  OAUTH_PASSWORD_GRANT: onOff({
    desc: '`on` adds the `password` grant to `POST /oauth/token`, for programs that speak nothing else',
    default: false,
    example: 'on',
  }),
  GOOGLE_CLIENT_ID: str({
    desc: 'The client that Google knows this server as; with it people can log in with Google',
    default: undefined,
    example: '123456789-abc.apps.googleusercontent.com',
  }),
  GOOGLE_CLIENT_SECRET: str({
    desc: 'The secret of that client',
    default: undefined,
    example: 'GOCSPX-0123456789',
  }),
  GOOGLE_AUTHORIZATION_URL: webUrl({
    desc: 'Where people are sent to log in',
    default: 'https://accounts.google.com/o/oauth2/v2/auth',
    example: 'https://accounts.google.com/o/oauth2/v2/auth',
  }),
  GOOGLE_TOKEN_URL: webUrl({
    desc: 'Where the code that they come back with is exchanged',
    default: 'https://oauth2.googleapis.com/token',
    example: 'https://oauth2.googleapis.com/token',
  }),
  GOOGLE_USERINFO_URL: webUrl({
    desc: 'Where it is asked who they are; ends in /userinfo',
    default: 'https://openidconnect.googleapis.com/v1/userinfo',
    example: 'https://openidconnect.googleapis.com/v1/userinfo',
  }),
  GOOGLE_DOMAINS: domains({
    desc: 'Domains, separated by commas, whose Google accounts are accepted; without it all are',
    default: undefined,
    example: 'example.org,example.com',
  }),
  ISSUER: webUrl({
    desc: 'The `iss` of another issuer whose tokens are accepted, so that its users need no login here',
    default: undefined,
    example: 'https://id.example.org',
  }),
  ISSUER_AUDIENCE: str({
    desc: 'What its tokens must have for `aud`; needed with ISSUER',
    default: undefined,
    example: 'https://chat.example.org',
  }),
  ISSUER_JWKS_URL: webUrl({
    desc: 'Where its public keys are; this or ISSUER_KEY_FILE is needed with ISSUER',
    default: undefined,
    example: 'https://id.example.org/.well-known/jwks.json',
  }),
  ISSUER_KEY_FILE: str({
    desc: 'A file with its public key (PEM) or keys (JWKS) instead',
    default: undefined,
    example: '/etc/messendger/issuer.pem',
  }),
  ISSUER_ALGORITHM: str({
    desc: 'The one algorithm with which its tokens are signed',
    choices: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    default: 'RS256',
    example: 'ES256',
  }),
  ISSUER_TOKEN_TYPE: str({
    desc: 'The `typ` that its tokens have; that of ID tokens would be JWT',
    default: 'at+jwt',
    example: 'at+jwt',
  }),
  RATE_LIMITS: onOff({
    desc: '`off` lifts the limits on requests and commands, for benchmarks',
    default: true,
    example: 'on',
  }),
  LIMIT_REQUESTS: rate({
    desc: 'Requests of a user, or of an address without one',
    default: { points: 600, duration: 60 },
    example: '600/1m',
  }),
  LIMIT_HANDSHAKES: rate({
    desc: 'Handshakes of sockets from an address, behind which many people may be',
    default: { points: 3_000, duration: 60 },
    example: '3000/1m',
  }),
  LIMIT_CONNECTS: rate({
    desc: 'Socket connections of a user, each counted once it is authenticated',
    default: { points: 120, duration: 60 },
    example: '120/1m',
  }),
  LIMIT_COMMANDS: rate({
    desc: 'Socket commands of a user, on all connections to a node together',
    default: { points: 200, duration: 5 },
    example: '200/5s',
  }),
  LIMIT_CONNECTION_COMMANDS: rate({
    desc: 'Socket commands of one connection',
    default: { points: 100, duration: 5 },
    example: '100/5s',
  }),
  LIMIT_UNAUTHENTICATED: rate({
    desc: 'Requests from an address with a missing, forged or ended token; once used up, tokens that this server signed still pass',
    default: { points: 300, duration: 60 },
    example: '300/1m',
  }),
  LIMIT_LOGINS: rate({
    desc: 'Failed logins from an address, or from a device that has logged in before; an IPv6 /64 is one address, its /48 has ten times as many',
    default: { points: 20, duration: 60 },
    example: '20/1m',
  }),
  LIMIT_REFRESHES: rate({
    desc: 'Exchanges of refresh tokens from an address, behind which many people may be',
    default: { points: 3_000, duration: 60 },
    example: '3000/1m',
  }),
  LIMIT_SESSION_REFRESHES: rate({
    desc: 'Exchanges of refresh tokens of one session',
    default: { points: 60, duration: 60 },
    example: '60/1m',
  }),
  LIMIT_REGISTRATIONS: rate({
    desc: 'Accounts made from an address',
    default: { points: 20, duration: 3_600 },
    example: '20/1h',
  }),
  LIMIT_ACCOUNT_FAILURES: rate({
    desc: 'Wrong passwords for one account from one address, or from one device that has logged in to it before',
    default: { points: 10, duration: 900 },
    example: '10/15m',
  }),
  LIMIT_ACCOUNT_FAILURES_TOTAL: rate({
    desc: 'Wrong passwords for one account from all addresses together; then only known devices and addresses may log in',
    default: { points: 100, duration: 900 },
    example: '100/15m',
  }),
  LIMIT_PASSWORD_CHECKS: rate({
    desc: 'Logins of one user that succeed, and passwords checked while logged in, right or wrong',
    default: { points: 60, duration: 900 },
    example: '60/15m',
  }),
  LIMIT_RESETS: rate({
    desc: 'Requests to replace a forgotten password, and uses of links that are not valid, from an address',
    default: { points: 20, duration: 3_600 },
    example: '20/1h',
  }),
  LIMIT_LETTERS: rate({
    desc: 'Letters to one address, and for one account, for each purpose',
    default: { points: 5, duration: 3_600 },
    example: '5/1h',
  }),
  CONNECTIONS_PER_USER: whole(
    1,
    100_000,
  )({
    desc: 'Socket connections that one user may have to one node at a time',
    default: 30,
    example: '30',
  }),
  MAX_CONNECTIONS: whole(
    10,
    1_000_000,
  )({
    desc: 'TCP connections that one node takes; below the limit of open files of the process',
    default: 20_000,
    example: '20000',
  }),
  POLLING: onOff({
    desc: '`off` leaves Socket.IO clients the WebSocket transport alone, which needs no sticky sessions',
    default: true,
    example: 'on',
  }),
  API_DOCS: onOff({
    desc: '`off` leaves out Swagger UI at /docs and the OpenAPI document at /docs-json',
    default: true,
    example: 'off',
  }),
  ALLOWED_ORIGINS: origins({
    desc: 'Origins, separated by commas, whose pages may use this server besides its own',
    default: undefined,
    example: 'https://app.example.org,https://intranet.example.org',
  }),
  TRUST_PROXY: whole(
    0,
    16,
  )({
    desc: 'How many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host',
    default: 0,
    example: '1',
  }),
  SHUTDOWN_TIMEOUT: seconds(
    1,
    3_600,
  )({
    desc: 'How long a stop may take to finish what runs, before it is cut off',
    default: 10,
    example: '10s',
  }),
};
