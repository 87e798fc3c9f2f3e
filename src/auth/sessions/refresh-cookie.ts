import type { CookieOptions, Request, Response } from 'express';
import { Problem } from '../../common/problem.js';

/**
 * Where a page keeps its refresh token, out of reach of its scripts. Over TLS the prefix makes browsers refuse the cookie
 * from any other host and over plain HTTP (RFC 6265bis section 4.1.3.2); without TLS, which is for development, they
 * would refuse the prefix.
 */
const nameFor = ({ secure }: Request): string => (secure ? '__Host-messendger' : 'messendger');

const optionsFor = ({ secure }: Request): CookieOptions => ({ httpOnly: true, secure, sameSite: 'strict', path: '/' });

/** The header by which a page asks for the cookie. No form can send it, and no page of another origin without our leave. */
export const TRANSPORT_HEADER = 'Session-Transport';
export const TRANSPORTS = ['body', 'cookie'] as const;

/** Whether the refresh token is to travel in the cookie. Throws `validation_failed` for a transport that there is not. */
export function wantsCookie(request: Request): boolean {
  const transport = request.get(TRANSPORT_HEADER) ?? 'body';
  if (transport !== 'cookie' && transport !== 'body') {
    throw Problem.field(TRANSPORT_HEADER, `must be one of ${TRANSPORTS.join(', ')}`);
  }
  return transport === 'cookie';
}

/** The refresh token in the cookie. Throws `header_needed` where there is one and the header does not say so. */
export function readRefreshCookie(request: Request): string | undefined {
  const prefix = `${nameFor(request)}=`;
  const cookies = request.get('cookie')?.split(/; */) ?? [];
  const token = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
  if (token !== undefined && !wantsCookie(request)) throw new Problem('header_needed');
  return token;
}

export function setRefreshCookie(request: Request, response: Response, token: string, expires: Date): void {
  response.cookie(nameFor(request), token, { ...optionsFor(request), expires });
}

export function clearRefreshCookie(request: Request, response: Response): void {
  response.clearCookie(nameFor(request), optionsFor(request));
}
