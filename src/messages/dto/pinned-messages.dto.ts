import { MessageResponse } from '../../changes/dto/message.dto.js';
import { IsId } from '../../common/fields.js';

/** Whose pinned messages to list. */
export class ListPinnedQuery {
  /**
   * A group that I am in.
   * @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1'
   */
  @IsId()
  groupId!: string;
}

/** The pinned messages of a group, the one that was pinned last first. At most 50, so there are no pages. */
export class PinnedMessagesResponse {
  items!: MessageResponse[];
}
