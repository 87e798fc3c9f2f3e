import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { createLocalJWKSet, createRemoteJWKSet, errors, importSPKI, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../../common/problem.js';
import { StartupError } from '../../common/startup-error.js';
import type { IssuerSettings } from '../../config/config.js';

/** How old the keys may be before they are asked for again, in milliseconds: a key that was withdrawn is good that long. */
const MAX_AGE = 300_000;
/** How often the address is asked when it does not answer, or for a key that it may not have. */
const COOLDOWN = 5_000;
/** How long it may take to answer. */
const TIMEOUT = 5_000;

/** The keys of the issuer, from its address or from a file. Throws a StartupError for a file that cannot be used. */
export async function issuerKeys({ jwksUrl, keyFile, algorithm }: IssuerSettings): Promise<JWTVerifyGetKey> {
  if (jwksUrl !== null) return remoteKeys(new URL(jwksUrl));
  try {
    const text = readFileSync(keyFile!, 'utf8');
    if (text.trimStart().startsWith('{')) return createLocalJWKSet(JSON.parse(text) as never);
    const key = await importSPKI(text, algorithm);
    return () => Promise.resolve(key);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(`ISSUER_KEY_FILE cannot be used: ${reason}. (A public key as PEM, or a JWKS as JSON.)`);
  }
}

/**
 * Keys that are fetched when they are needed, kept, and fetched again when they are old or one is not among them. While
 * the address does not answer, the known keys go on; for an unknown one `unavailable` is thrown, since nobody can tell.
 * However many tokens come, the address is asked once in COOLDOWN, whether it ever answered or not.
 */
function remoteKeys(url: URL): JWTVerifyGetKey {
  const logger = new Logger('Issuer');
  // It never asks again by itself: that is decided here, for failures too.
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: TIMEOUT,
  });
  let askedAt = -Infinity;
  let hasAnswered = false;
  let asking: Promise<void> | undefined;

  const fetchKeys = async () => {
    askedAt = Date.now();
    try {
      await keys.reload();
      hasAnswered = true;
    } catch (error) {
      hasAnswered = false;
      logger.warn(`The keys of the issuer cannot be fetched from ${url.href}: ${String(error)}`);
    }
  };
  /** Resolves once the keys are not older than allowed, or the address was asked just now. */
  const renewed = (maxAge: number) => {
    if (!asking && Date.now() - askedAt >= (hasAnswered ? maxAge : COOLDOWN)) {
      asking = fetchKeys().finally(() => (asking = undefined));
    }
    return asking;
  };
  const unavailable = () =>
    new Problem('unavailable', 'The keys of the issuer cannot be fetched right now.', { retryAfter: COOLDOWN / 1_000 });

  return async (header, token) => {
    // One request asks; the others go on with what is known meanwhile, if anything is.
    if (!asking || !keys.jwks()) await renewed(MAX_AGE);
    if (!keys.jwks()) throw unavailable();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await renewed(COOLDOWN);
      if (!hasAnswered) throw unavailable();
      return keys(header, token);
    }
  };
}
