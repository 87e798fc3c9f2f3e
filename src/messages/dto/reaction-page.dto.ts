import type { Page, Reaction } from '../../changes/contract.js';
import { UserResponse } from '../../changes/dto/user.dto.js';
import { PageCursors } from '../../common/paging.dto.js';

/** What one person reacted with. */
export class ReactionResponse implements Reaction {
  /** @example '👍' */
  emoji!: string;

  user!: UserResponse;

  /** @example '2026-11-22T09:32:00.000Z' */
  createdAt!: string;
}

/** One page of reactions. */
export class ReactionPageResponse extends PageCursors implements Page<ReactionResponse> {
  items!: ReactionResponse[];
}
