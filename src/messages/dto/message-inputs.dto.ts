import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsId, IsText, IsWholeInQuery } from '../../common/fields.js';
import { MAX_PAGE } from '../../common/paging.dto.js';

export const MAX_TEXT = 4_000;

/** A message to send. */
export class SendMessageDto {
  /** @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1' */
  @IsId()
  groupId!: string;

  /**
   * 1 to 4,000 characters, without the space around it.
   * @example 'Yes, everything is green.'
   */
  @IsText(1, MAX_TEXT)
  text!: string;

  /**
   * The id that the message is to have, and the key by which a repeat is recognised: send the same again as often as you
   * like, it is stored once.
   * @example '0198c5a6-9b02-7aa4-8c55-0d8f7b8f2e10'
   */
  @IsOptional()
  @IsId()
  id?: string;

  /**
   * The id of the message of the same group that this one answers.
   * @example '0198c5a6-2a40-7d0e-a5a1-6f0c9f6f7a33'
   */
  @IsOptional()
  @IsId()
  replyTo?: string;
}

/** Bodies of `POST /messages`, for the API document. */
export const SEND_EXAMPLES = {
  message: {
    summary: 'A message',
    value: { groupId: '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1', text: 'Shall we ship on Thursday?' },
  },
  reply: {
    summary: 'A reply, with an id of its own: send it again as often as you like, it is stored once',
    value: {
      id: '0198c5a6-9b02-7aa4-8c55-0d8f7b8f2e10',
      groupId: '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1',
      text: 'Yes, everything is green.',
      replyTo: '0198c5a6-2a40-7d0e-a5a1-6f0c9f6f7a33',
    },
  },
};

/** What a message is to say instead. */
export class EditMessageDto {
  /** @example 'Yes, everything is green now.' */
  @IsText(1, MAX_TEXT)
  text!: string;
}

/** `message:edit` over a socket. */
export class EditMessageCommand extends EditMessageDto {
  @IsId()
  id!: string;
}

/** `message:delete` over a socket. */
export class DeleteMessageCommand {
  @IsId()
  id!: string;
}

/** `message:pin` and `message:unpin` over a socket. */
export class PinCommand {
  @IsId()
  id!: string;
}

/** Which part of a group's history to read; the newest page when it does not say. */
export class ListMessagesQuery {
  /**
   * A group that I am in.
   * @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1'
   */
  @IsId()
  groupId!: string;

  /** Messages before this seq. */
  @IsOptional()
  @IsWholeInQuery(0)
  before?: number;

  /** Messages after this seq. */
  @IsOptional()
  @IsWholeInQuery(0)
  after?: number;

  /** Messages on both sides of this seq, with it. */
  @IsOptional()
  @IsWholeInQuery(0)
  around?: number;

  /**
   * How many messages at most.
   * @example 20
   */
  @ApiPropertyOptional()
  @IsOptional()
  @IsWholeInQuery(1, MAX_PAGE)
  limit: number = 50;
}
