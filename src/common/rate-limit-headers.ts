import type { Response } from 'express';

/** A limit by its name: so many in so many seconds. */
export interface NamedLimit {
  name: string;
  points: number;
  duration: number;
}

/** The header fields of draft-ietf-httpapi-ratelimit-headers-10; `reset` is in seconds. */
export function announceLimit(response: Response, limit: NamedLimit, remaining: number, reset: number): void {
  response.setHeader('RateLimit-Policy', `"${limit.name}";q=${limit.points};w=${limit.duration}`);
  response.setHeader('RateLimit', `"${limit.name}";r=${remaining};t=${reset}`);
}
