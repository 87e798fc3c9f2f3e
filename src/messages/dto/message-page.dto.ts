import { ApiProperty } from '@nestjs/swagger';
import type { Page } from '../../changes/contract.js';
import { MessageResponse } from '../../changes/dto/message.dto.js';

/** One page of a group's history, in seq order. */
export class MessagePageResponse implements Page<MessageResponse> {
  items!: MessageResponse[];

  @ApiProperty({ type: String, nullable: true, example: null, description: 'For newer messages, as `after`' })
  nextCursor!: string | null;

  /**
   * For older messages, as `before`.
   * @example '12'
   */
  prevCursor!: string | null;
}
