import { ApiProperty } from '@nestjs/swagger';
import type { Message, QuotedMessage } from '../contract.js';
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

/** A message. A deleted one stays as a tombstone without text. */
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

  /** @example '2026-11-22T09:31:12.345Z' */
  createdAt!: string;

  /** @example null */
  editedAt!: string | null;

  /** @example null */
  deletedAt!: string | null;
}
