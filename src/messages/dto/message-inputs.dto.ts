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

/** Which part of a group's history to read; the newest page when it does not say. */
export class ListMessagesQuery {
  /** @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1' */
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

  /** How many messages at most. */
  @IsOptional()
  @IsWholeInQuery(1, MAX_PAGE)
  limit: number = 50;
}
