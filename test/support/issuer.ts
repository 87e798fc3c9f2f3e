import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';

/** A pair of keys with a name. */
export interface Key {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

let count = 0;

export function newKey(): Key {
  return { kid: `key-${++count}`, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

/** A company's own issuer of tokens, which serves its public keys over HTTP. */
export class Issuer {
  readonly issuer = 'https://id.example.org';
  readonly audience = 'https://chat.example.org';
  /** The first one signs. */
  keys = [newKey()];
  /** How often the keys were fetched. */
  fetched = 0;
  private server?: Server;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/jwks.json`;
  }

  async open(): Promise<this> {
    const server = createServer((_, response) => {
      this.fetched += 1;
      void this.jwks().then((jwks) => response.setHeader('content-type', 'application/json').end(jwks));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  /** Nobody answers at its address from now on. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  async jwks(): Promise<string> {
    const keys = await Promise.all(
      this.keys.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' })),
    );
    return JSON.stringify({ keys });
  }

  /** A token as the issuer makes it, but for what is given. */
  token(subject: string, claims: JWTPayload = {}, header: object = {}, key: Key | Uint8Array = this.keys[0]!) {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: this.issuer, aud: this.audience, sub: subject, iat: now, exp: now + 600 };
    const named = key instanceof Uint8Array ? {} : { kid: key.kid };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...named, ...header })
      .sign(key instanceof Uint8Array ? key : key.privateKey);
  }
}
