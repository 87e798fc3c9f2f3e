import type { UserSummary } from '../contract.js';

/** Someone, as other people see them. */
export class UserResponse implements UserSummary {
  /** @example '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11' */
  id!: string;

  /** @example 'ann' */
  username!: string;

  /** @example 'Ann Miller' */
  displayName!: string;
}
