import { IsOptional } from 'class-validator';
import { IdParam, IsId } from '../../common/fields.js';
import { PageQuery } from '../../common/paging.dto.js';
import { IsEmoji } from '../emoji.js';

/** A reaction in a path: `:id` of the message, `:emoji` percent-encoded. */
export class ReactionParams extends IdParam {
  @IsEmoji()
  emoji!: string;
}

/** `reaction:add` and `reaction:remove` over a socket. */
export class ReactionCommand {
  @IsId()
  messageId!: string;

  @IsEmoji()
  emoji!: string;
}

/** Which reactions to list. */
export class ListReactionsQuery extends PageQuery {
  /** Those with this emoji. */
  @IsOptional()
  @IsEmoji()
  emoji?: string;

  /** Those of this user. */
  @IsOptional()
  @IsId()
  userId?: string;
}
