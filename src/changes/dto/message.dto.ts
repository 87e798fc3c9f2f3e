import { ApiProperty } from '@nestjs/swagger';
import { ApiUnset } from '../../common/api-unset.decorator.js';
import type { Message, QuotedMessage, ReactionSummary } from '../contract.js';
import { UserResponse } from './user.dto.js';

/** The message that a reply answers. */
export class QuotedMessageResponse implements QuotedMessage {
  /** @example '0198c5a6-2a40-7d0e-a5a1-6f0c9f6f7a33' */
  id!: string;

  /** @example 40 */
  seq!: number;

  sender!: UserResponse;

  /**
   * Its beginning; empty once it is deleted.
   * @example 'Shall we ship on Thursday?'
   */
  excerpt!: string;
}

/** How many people reacted with one emoji. */
export class ReactionSummaryResponse implements ReactionSummary {
  /** @example '👍' */
  emoji!: string;

  /** @example 2 */
  count!: number;

  /**
   * Who, by id, the first 20 of them.
   * @example ['0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11', '0198c5a4-8d20-7b1c-a3f5-6e7a2b1d3c22']
   */
  userIds!: string[];
}

/** A message. A deleted one stays as a tombstone, without text, reactions and pin. */
export class MessageResponse implements Message {
  /** @example '0198c5a6-9b02-7aa4-8c55-0d8f7b8f2e10' */
  id!: string;

  /** @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1' */
  groupId!: string;

  /**
   * Position in the group: 1, 2, 3 … without gaps.
   * @example 41
   */
  seq!: number;

  /**
   * The group's revision at which this message last changed.
   * @example 57
   */
  revision!: number;

  sender!: UserResponse;

  /** @example 'Yes, everything is green.' */
  text!: string;

  @ApiProperty({ type: QuotedMessageResponse, nullable: true, description: 'The message that this one answers' })
  replyTo!: QuotedMessageResponse | null;

  @ApiProperty({
    type: [ReactionSummaryResponse],
    description: 'By emoji, in the order in which they first came; at most 20',
  })
  reactions!: ReactionSummaryResponse[];

  /** @example '2026-11-22T09:31:12.345Z' */
  createdAt!: string;

  @ApiUnset('date-time', 'When it was last edited')
  editedAt!: string | null;

  @ApiUnset('date-time', 'When it was deleted')
  deletedAt!: string | null;

  @ApiUnset('date-time', 'When it was pinned')
  pinnedAt!: string | null;

  @ApiUnset('uuid', 'The id of who pinned it')
  pinnedBy!: string | null;
}
