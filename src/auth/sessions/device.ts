import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { addressOf } from '../../common/address.js';
import type { KnownDevice } from './device-cookie.js';

const MAX_USER_AGENT = 400;

/** From where someone logs in. */
export interface Device {
  userAgent: string | null;
  address: string | null;
  /** What its cookie says of where it has logged in before. */
  known?: KnownDevice;
}

/** The device that makes the request. */
export const RequestDevice = createParamDecorator((_: unknown, context: ExecutionContext): Device => {
  const request = context.switchToHttp().getRequest<Request & { knownDevice?: KnownDevice }>();
  const userAgent = request.get('user-agent')?.slice(0, MAX_USER_AGENT) ?? null;
  return { userAgent, address: addressOf(request), known: request.knownDevice };
});

/** The first that fits: most browsers also call themselves Chrome or Safari. */
const BROWSERS: [pattern: RegExp, name: string][] = [
  [/\bEdg(A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: [pattern: RegExp, name: string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a person calls the device: `Firefox on Windows`, or the name of the program. Null when it does not say. */
export function nameOfDevice(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const find = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const named = [find(BROWSERS), find(SYSTEMS)].filter((name) => name !== undefined).join(' on ');
  return named || (/^[\w.-]+/.exec(userAgent)?.[0] ?? null);
}
