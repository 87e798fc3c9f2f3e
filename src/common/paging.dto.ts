import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsWholeInQuery } from './fields.js';

export const MAX_PAGE = 100;

/** Where a page of a list starts and how long it is. */
export class PageQuery {
  /** How many items at most. */
  @IsOptional()
  @IsWholeInQuery(1, MAX_PAGE)
  limit: number = 50;

  /** `nextCursor` or `prevCursor` of another page of the same list. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}
