import type { OwnUser, Page } from '../../changes/contract.js';
import { UserResponse } from '../../changes/dto/user.dto.js';
import { PageCursors } from '../../common/paging.dto.js';

/** Someone, as they see themselves. */
export class OwnUserResponse extends UserResponse implements OwnUser {
  /**
   * The verified email address.
   * @example 'ann@example.org'
   */
  email!: string | null;

  /**
   * Whether there is a verified email address.
   * @example true
   */
  emailVerified!: boolean;

  /**
   * An address that waits for the link that was sent to it. Until then `email` stays as it is.
   * @example 'ann@example.com'
   */
  pendingEmail!: string | null;

  /** @example '2026-11-22T09:30:00.000Z' */
  createdAt!: string;
}

/** One page of users. */
export class UserPageResponse extends PageCursors implements Page<UserResponse> {
  items!: UserResponse[];
}
