import type { Request } from 'express';
import { ExtractJwt } from 'passport-jwt';
import { readRefreshCookie } from './refresh-cookie.js';

/** What says which session is to end: a token of it, of either kind. */
export interface LogoutProof {
  refreshToken?: string | undefined;
  accessToken?: string | undefined;
}

const bearerOf = ExtractJwt.fromAuthHeaderAsBearerToken();

/** The refresh token of the body, else the access token, else the cookie, which throws `header_needed`. */
export function logoutProof(request: Request, refreshToken: string | undefined): LogoutProof {
  if (refreshToken !== undefined) return { refreshToken };
  const accessToken = bearerOf(request);
  return accessToken === null ? { refreshToken: readRefreshCookie(request) } : { accessToken };
}
