import type { Config } from './config.js';
import { isLoopback, isPrivate } from './networks.js';
import { isGuessable } from './weak-secret.js';

/** What of a configuration works and may be meant, but is dangerous where it is not: a line for each, without secrets. */
export function warningsOf(config: Config): string[] {
  return config.production ? [...plainConnections(config), ...liftedLimits(config)] : weakSecret(config);
}

/** Connections over which passwords and messages go as they are, and out of one's own network. */
function plainConnections({ databaseUrl, redisUrl, smtpUrl }: Config): string[] {
  const plain: [setting: string, url: string | null, isPlain: (url: URL) => boolean, instead: string][] = [
    ['DATABASE_URL', databaseUrl, hasNoTls, 'add sslmode=verify-full'],
    ['REDIS_URL', redisUrl, ({ protocol }) => protocol === 'redis:', 'use rediss://'],
    ['SMTP_URL', smtpUrl, ({ protocol }) => protocol === 'smtp:', 'use smtps://'],
  ];
  return plain.flatMap(([setting, address, isPlain, instead]) => {
    if (address === null) return [];
    const url = new URL(address);
    if (!isPlain(url) || isPrivate(url.searchParams.get('host') ?? url.hostname)) return [];
    return [
      `${setting} leads to ${url.hostname} without TLS, over which passwords and messages can be read: ${instead}`,
    ];
  });
}

function hasNoTls({ searchParams }: URL): boolean {
  const mode = searchParams.get('sslmode');
  return (mode === null || ['disable', 'allow', 'prefer'].includes(mode)) && !['true', '1'].includes(searchParams.get('ssl') ?? ''); // prettier-ignore
}

function liftedLimits({ rateLimits }: Config): string[] {
  return rateLimits ? [] : ['RATE_LIMITS=off lifts all limits, those on guessing passwords too: it is for benchmarks'];
}

function weakSecret({ host, jwtSecret }: Config): string[] {
  if (isLoopback(host) || !isGuessable(jwtSecret)) return [];
  return [
    `JWT_SECRET is an example or easily guessed, and HOST=${host} lets others connect, who could log in as anybody: ` +
      'set a strong one, and NODE_ENV=production, which refuses such secrets',
  ];
}
