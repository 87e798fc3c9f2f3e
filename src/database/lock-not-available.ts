/** SQLSTATE of a lock that was not to be had in time. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** As PostgreSQL says it, where the wait for a lock ended on this side. Nothing was changed. */
export class LockNotAvailable extends Error {
  readonly code = LOCK_NOT_AVAILABLE;

  constructor() {
    super('Something else holds the lock for too long');
  }
}
