import { hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '../../config/config.js';

/** A browser, and the accounts that it has logged in to. */
export interface KnownDevice {
  id: string;
  /** User ids, the last one first. */
  accounts: readonly string[];
}

const TYPE = 'device+jwt';
/** Accounts that a device is known to; the one that was used longest ago goes. */
const MAX_ACCOUNTS = 5;
/** Browsers keep no cookie for longer (RFC 6265bis section 5.5). */
const TTL_S = 400 * 86_400;

/**
 * Remembers in a signed cookie to which accounts a browser has logged in, so that the guesses of others do not keep it out
 * (OWASP "Device Cookies"). It opens nothing: it only has wrong passwords counted apart.
 */
@Injectable()
export class DeviceCookie {
  /** The first one signs. The others are of earlier secrets. */
  private readonly keys: Uint8Array[];

  constructor({ jwtSecret, previousJwtSecrets }: Config) {
    this.keys = [jwtSecret, ...previousJwtSecrets].map(keyOf);
  }

  /** What the cookie says; undefined without one, or with one that this server did not make. */
  async read(request: Request): Promise<KnownDevice | undefined> {
    const prefix = `${nameFor(request)}=`;
    const cookies = request.get('cookie')?.split(/; */) ?? [];
    const token = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
    if (token === undefined) return undefined;
    for (const key of this.keys) {
      const known = await verifiedWith(key, token);
      if (known) return known;
    }
    return undefined;
  }

  /** Adds an account to what the browser is known to, or makes it known. */
  async remember(request: Request, response: Response, known: KnownDevice | undefined, userId: string): Promise<void> {
    const others = (known?.accounts ?? []).filter((id) => id !== userId);
    const token = await new SignJWT({ accounts: [userId, ...others].slice(0, MAX_ACCOUNTS) })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setSubject(known?.id ?? uuidv7())
      .setExpirationTime(Math.floor(Date.now() / 1000) + TTL_S)
      .sign(this.keys[0]!);
    response.cookie(nameFor(request), token, { ...optionsFor(request), maxAge: TTL_S * 1000 });
  }
}

const keyOf = (secret: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', 'messendger device cookie', 32));

async function verifiedWith(key: Uint8Array, token: string): Promise<KnownDevice | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], typ: TYPE });
    return { id: payload.sub!, accounts: payload.accounts as string[] };
  } catch {
    return undefined;
  }
}

/** As with the refresh token: over TLS no other host can set it. */
const nameFor = ({ secure }: Request): string => (secure ? '__Host-messendger-device' : 'messendger-device');

const optionsFor = ({ secure }: Request): CookieOptions => ({ httpOnly: true, secure, sameSite: 'strict', path: '/' });
