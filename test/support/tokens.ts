import { JwtService } from '@nestjs/jwt';
import type { JwtSignOptions } from '@nestjs/jwt';
import { TEST_SECRET } from './app.js';

/** What an access token says. */
export interface Claims {
  sub: string;
  sid: string;
  exp: number;
}

export const claimsOf = (accessToken: string): Claims => new JwtService().decode(accessToken);

/** An access token as the server signs it, of the same session as another one, but for `options`. */
export function signLike(accessToken: string, { secret = TEST_SECRET, ...options }: JwtSignOptions = {}): string {
  const { sub, sid } = claimsOf(accessToken);
  const usual = { subject: sub, issuer: 'messendger', audience: 'messendger', expiresIn: 60 };
  const header = { alg: 'HS256', typ: 'at+jwt' };
  return new JwtService().sign({ sid }, { secret, ...usual, header, ...options });
}
