import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import type { LinkRequest } from '../identities/linked-logins.js';

/** What a way to Google and back is for: logging in, or linking the account of a session. */
export type Purpose = { kind: 'login' } | ({ kind: 'link' } & LinkRequest);

/** What has to be known again when somebody comes back. */
export interface State {
  /** Goes to Google and back (RFC 6749 section 10.12). */
  handle: string;
  /** Stays here (RFC 7636). */
  verifier: string;
  purpose: Purpose;
}

/** Milliseconds that one may take to log in at Google. */
const LIFE = 600_000;
const CIPHER = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

/**
 * The state of a way to Google and back, in a cookie that nobody but this server can read or make. So it is bound to the
 * browser, and the server keeps nothing. `Lax`, since it has to come along when Google sends the browser back.
 */
export class GoogleState {
  /** The first one seals. */
  private readonly keys: Buffer[];

  /** `secrets`: the one that is good now, then those before it. */
  constructor(secrets: string[]) {
    this.keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'messendger google state', 32)));
  }

  set(request: Request, response: Response, state: State): void {
    const sealed = this.seal(JSON.stringify({ ...state, until: Date.now() + LIFE }));
    response.cookie(nameFor(request), sealed, { ...optionsFor(request), maxAge: LIFE });
  }

  /** The state, which is gone with that; null when there is none, or none that is good. */
  take(request: Request, response: Response): State | null {
    response.clearCookie(nameFor(request), optionsFor(request));
    const prefix = `${nameFor(request)}=`;
    const cookie = request
      .get('cookie')
      ?.split(/; */)
      .find((pair) => pair.startsWith(prefix));
    const text = cookie === undefined ? null : this.unseal(cookie.slice(prefix.length));
    if (text === null) return null;
    const { until, ...state } = JSON.parse(text) as State & { until: number };
    return Date.now() < until ? state : null;
  }

  private seal(text: string): string {
    const iv = randomBytes(IV);
    const cipher = createCipheriv(CIPHER, this.keys[0]!, iv);
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  private unseal(sealed: string): string | null {
    const box = Buffer.from(sealed, 'base64url');
    if (box.length <= IV + TAG) return null;
    for (const key of this.keys) {
      const text = unsealWith(key, box);
      if (text !== null) return text;
    }
    return null;
  }
}

function unsealWith(key: Buffer, box: Buffer): string | null {
  try {
    const decipher = createDecipheriv(CIPHER, key, box.subarray(0, IV));
    decipher.setAuthTag(box.subarray(IV, IV + TAG));
    return Buffer.concat([decipher.update(box.subarray(IV + TAG)), decipher.final()]).toString();
  } catch {
    return null;
  }
}

/** As with the refresh token: over TLS nobody but this host can set it. */
const nameFor = ({ secure }: Request): string => (secure ? '__Host-messendger-google' : 'messendger-google');

const optionsFor = ({ secure }: Request): CookieOptions => ({ httpOnly: true, secure, sameSite: 'lax', path: '/' });
