import type { OwnUser, Page } from '../../changes/contract.js';
import { UserResponse } from '../../changes/dto/user.dto.js';
import { PageCursors } from '../../common/paging.dto.js';

/** Someone, as they see themselves. */
export class OwnUserResponse extends UserResponse implements OwnUser {
  /** @example 'ann@example.org' */
  email!: string | null;

  /**
   * Whether the address was proved to be mine, by a link that was sent there.
   * @example true
   */
  emailVerified!: boolean;

  /** @example '2026-11-22T09:30:00.000Z' */
  createdAt!: string;
}

/** One page of users. */
export class UserPageResponse extends PageCursors implements Page<UserResponse> {
  items!: UserResponse[];
}
