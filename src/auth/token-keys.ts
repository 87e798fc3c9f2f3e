import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader } from 'jose';
import { Config } from '../config/config.js';

/** The bytes of a key's id. */
const ID_BYTES = 8;

/**
 * The keys of access tokens: the one that signs, and those of earlier secrets, which only verify. Each token names its key
 * (`kid`, RFC 7515 section 4.1.4), so a change of the secret refuses no token that is still good.
 *
 * The secret itself is the key. All else that is made of it is derived (HKDF, RFC 5869), which yields nothing about it, so
 * no use of it can be taken for another.
 */
@Injectable()
export class TokenKeys {
  /** What new tokens are signed with, and how they name it. */
  readonly current: { id: string; key: KeyObject };
  private readonly byId: ReadonlyMap<string, KeyObject>;

  constructor({ jwtSecret, previousJwtSecrets }: Config) {
    const keys = [jwtSecret, ...previousJwtSecrets].map((secret) => ({ id: idOf(secret), key: keyOf(secret) }));
    this.current = keys[0]!;
    this.byId = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** The key that a token names; the current one for a token that names none. Null for an unknown one, and for no token. */
  keyFor(token: string): KeyObject | null {
    try {
      const { kid } = decodeProtectedHeader(token);
      return kid === undefined ? this.current.key : (this.byId.get(kid) ?? null);
    } catch {
      return null;
    }
  }
}

/** As a key object: given a string, jsonwebtoken first tries for every token whether it is a public key. */
const keyOf = (secret: string): KeyObject => createSecretKey(secret, 'utf8');

const idOf = (secret: string): string =>
  Buffer.from(hkdfSync('sha256', secret, '', 'messendger token key id', ID_BYTES)).toString('base64url');
