import type { SessionInfo } from '../../../changes/contract.js';

/** A place where I am logged in. */
export class SessionResponse implements SessionInfo {
  /** @example '0198c5a6-4b1d-7d5e-8a90-6f2f0f2c7d11' */
  id!: string;

  /**
   * The browser and system, or the program, as it called itself; null when it did not.
   * @example 'Firefox on Windows'
   */
  device!: string | null;

  /**
   * From where it was last used.
   * @example '203.0.113.7'
   */
  address!: string | null;

  /** @example '2026-11-22T09:30:00.000Z' */
  createdAt!: string;

  /**
   * When its tokens were last refreshed.
   * @example '2026-11-22T11:45:00.000Z'
   */
  lastUsedAt!: string;

  /** @example '2026-12-22T09:30:00.000Z' */
  expiresAt!: string;

  /**
   * Whether it is the one that asks.
   * @example true
   */
  current!: boolean;
}

/** Where I am logged in, the one that was used last first. At most 100, so there are no pages. */
export class SessionsResponse {
  items!: SessionResponse[];
}
