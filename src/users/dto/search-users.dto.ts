import { IsOptional } from 'class-validator';
import { Folded, IsText } from '../../common/fields.js';
import { PageQuery } from '../../common/paging.dto.js';

/** Finds users by the beginning of their username. */
export class SearchUsersQuery extends PageQuery {
  /** The beginning of the username, without regard to case. Without it: those who are in a group with me. */
  @IsOptional()
  @IsText(1, 32)
  @Folded()
  query?: string;
}
