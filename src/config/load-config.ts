import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { cleanEnv, EnvMissingError, type ReporterOptions } from 'envalid';
import { StartupError } from '../common/startup-error.js';
import { Config, type GoogleSettings, type IssuerSettings } from './config.js';
import { developmentSecret } from './development-secret.js';
import { isLoopback } from './networks.js';
import { SecretFileError, withSecretFiles } from './secret-files.js';
import { settings } from './settings.js';
import { isGuessable } from './weak-secret.js';

const MIN_SECRET = 32;

/** What is wrong with the configuration, a line for each setting. */
export class ConfigError extends StartupError {}

/**
 * Reads the environment, and the `.env` file of the working directory for what the environment does not set.
 * Throws a ConfigError that names every setting that is wrong. The only reader of `process.env`.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  const given = Object.entries({ ...file, ...environment }).filter(([, value]) => value !== '');
  const values = readSettings(readSecretFiles(Object.fromEntries(given)));
  const production = values.NODE_ENV === 'production';
  if (production) refusePlainHttp(values);
  return new Config({
    production,
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? null,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redisUrl: values.REDIS_URL ?? null,
    publicUrl: values.PUBLIC_URL ?? null,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: sender(values.SMTP_URL, values.MAIL_FROM),
    jwtSecret: secret(values.JWT_SECRET, production, values.DATA_DIR),
    previousJwtSecrets: (values.JWT_SECRET_PREVIOUS ?? []).map((given) =>
      checked(given, 'JWT_SECRET_PREVIOUS', production),
    ),
    accessTokenTtl: values.ACCESS_TOKEN_TTL,
    sessionTtl: values.SESSION_TTL,
    sessionIdleTtl: values.SESSION_IDLE_TTL,
    registration: values.REGISTRATION,
    passwordLogin: values.PASSWORD_LOGIN,
    oauthPasswordGrant: values.OAUTH_PASSWORD_GRANT,
    google: google(values),
    googleDomains: values.GOOGLE_DOMAINS ?? [],
    issuer: issuer(values),
    rateLimits: values.RATE_LIMITS,
    limits: {
      request: values.LIMIT_REQUESTS,
      handshake: values.LIMIT_HANDSHAKES,
      connect: values.LIMIT_CONNECTS,
      command: values.LIMIT_COMMANDS,
      connectionCommand: values.LIMIT_CONNECTION_COMMANDS,
      unauthenticated: values.LIMIT_UNAUTHENTICATED,
      login: values.LIMIT_LOGINS,
      refresh: values.LIMIT_REFRESHES,
      sessionRefresh: values.LIMIT_SESSION_REFRESHES,
      register: values.LIMIT_REGISTRATIONS,
      account: values.LIMIT_ACCOUNT_FAILURES,
      accountTotal: values.LIMIT_ACCOUNT_FAILURES_TOTAL,
      passwordCheck: values.LIMIT_PASSWORD_CHECKS,
      reset: values.LIMIT_RESETS,
      letter: values.LIMIT_LETTERS,
    },
    connectionsPerUser: values.CONNECTIONS_PER_USER,
    maxConnections: values.MAX_CONNECTIONS,
    polling: values.POLLING,
    apiDocs: values.API_DOCS,
    allowedOrigins: values.ALLOWED_ORIGINS ?? [],
    trustProxy: values.TRUST_PROXY,
    shutdownTimeout: values.SHUTDOWN_TIMEOUT,
  });
}

function readSecretFiles(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  try {
    return withSecretFiles(given);
  } catch (error) {
    throw error instanceof SecretFileError ? new ConfigError(error.message) : error;
  }
}

/** Tokens, codes and keys go to and from these: over http:// anyone on the way could take or replace them. */
const CARRY_SECRETS = [
  'PUBLIC_URL',
  'GOOGLE_AUTHORIZATION_URL',
  'GOOGLE_TOKEN_URL',
  'GOOGLE_USERINFO_URL',
  'ISSUER_JWKS_URL',
] as const;

function refusePlainHttp(values: Values): void {
  const lines = CARRY_SECRETS.flatMap((name) => {
    const url = new URL(values[name] ?? 'https://unset');
    if (url.protocol === 'https:' || isLoopback(url.hostname)) return [];
    return [describe(name, 'in production it must be https://, unless it is on this machine')];
  });
  if (lines.length > 0) throw new ConfigError(lines.join('\n'));
}

function sender(smtpUrl: string | undefined, mailFrom: string | undefined): string | null {
  if (smtpUrl !== undefined && mailFrom === undefined) {
    throw new ConfigError(describe('MAIL_FROM', 'it is needed with SMTP_URL'));
  }
  return mailFrom ?? null;
}

const readSettings = (given: NodeJS.ProcessEnv) => ({
  ...cleanEnv(given, settings, { reporter: throwConfigError }),
});
type Values = ReturnType<typeof readSettings>;

function google(values: Values): GoogleSettings | null {
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret } = values;
  if (clientId === undefined) return null;
  if (clientSecret === undefined) throw new ConfigError(describe('GOOGLE_CLIENT_SECRET', 'GOOGLE_CLIENT_ID needs it'));
  const { GOOGLE_AUTHORIZATION_URL: authorizationUrl, GOOGLE_TOKEN_URL: tokenUrl } = values;
  const userinfoUrl = values.GOOGLE_USERINFO_URL;
  if (!new URL(userinfoUrl).pathname.endsWith('/userinfo')) {
    throw new ConfigError(describe('GOOGLE_USERINFO_URL', 'it does not end in /userinfo'));
  }
  return { clientId, clientSecret, authorizationUrl, tokenUrl, userinfoUrl };
}

function issuer(values: Values): IssuerSettings | null {
  const { ISSUER, ISSUER_AUDIENCE, ISSUER_JWKS_URL, ISSUER_KEY_FILE } = values;
  if (ISSUER === undefined) return null;
  if (ISSUER_AUDIENCE === undefined) throw new ConfigError(describe('ISSUER_AUDIENCE', 'ISSUER needs it'));
  if (ISSUER_JWKS_URL === undefined && ISSUER_KEY_FILE === undefined) {
    throw new ConfigError(describe('ISSUER_JWKS_URL', 'ISSUER needs this or ISSUER_KEY_FILE'));
  }
  return {
    issuer: ISSUER,
    audience: ISSUER_AUDIENCE,
    algorithm: values.ISSUER_ALGORITHM,
    tokenType: values.ISSUER_TOKEN_TYPE,
    jwksUrl: ISSUER_JWKS_URL ?? null,
    keyFile: ISSUER_KEY_FILE ?? null,
  };
}

function secret(given: string | undefined, production: boolean, dataDir: string): string {
  if (given === undefined) {
    if (!production) return developmentSecret(dataDir);
    throw new ConfigError(describe('JWT_SECRET', 'it is needed in production'));
  }
  return checked(given, 'JWT_SECRET', production);
}

function checked(given: string, name: 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS', production: boolean): string {
  if (given.length < MIN_SECRET) {
    const part = name === 'JWT_SECRET' ? 'it' : 'one of them';
    throw new ConfigError(describe(name, `${part} has ${given.length} characters, and needs ${MIN_SECRET} or more`));
  }
  if (production && isGuessable(given)) {
    throw new ConfigError(describe(name, 'it is an example or easily guessed'));
  }
  return given;
}

function throwConfigError({ errors }: ReporterOptions<typeof settings>): void {
  const lines = Object.entries(errors).map(([name, error]) =>
    describe(name as keyof typeof settings, error instanceof EnvMissingError ? 'it is missing' : error.message),
  );
  if (lines.length > 0) throw new ConfigError(lines.join('\n'));
}

function describe(name: keyof typeof settings, reason: string): string {
  const { desc, example } = settings[name];
  return `${name} cannot be used: ${reason}. (${desc}. Example: ${name}=${example})`;
}
