import { createHash } from 'node:crypto';

const MAX_TOKENS = 10_000;

/** Remembers the tokens that were accepted last, at most 10,000, by their hashes and until they expire. */
export class AcceptedTokens {
  /** Hash and expiry in milliseconds, the one that was accepted longest ago first. */
  private readonly expiryByHash = new Map<string, number>();

  /** `expiresAt`: milliseconds since the epoch. */
  add(token: string, expiresAt: number): void {
    const hash = hashOf(token);
    this.expiryByHash.delete(hash);
    this.expiryByHash.set(hash, expiresAt);
    if (this.expiryByHash.size > MAX_TOKENS) this.expiryByHash.delete(this.expiryByHash.keys().next().value!);
  }

  /** The hash of a token that was accepted and has not expired; null for any other. */
  find(token: string): string | null {
    const hash = hashOf(token);
    return (this.expiryByHash.get(hash) ?? 0) > Date.now() ? hash : null;
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
