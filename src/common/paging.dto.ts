import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsWholeInQuery } from './fields.js';

export const MAX_PAGE = 100;

/** Where a page of a list starts and how long it is. */
export class PageQuery {
  /**
   * How many items at most.
   * @example 20
   */
  @ApiPropertyOptional()
  @IsOptional()
  @IsWholeInQuery(1, MAX_PAGE)
  limit: number = 50;

  /** `nextCursor` or `prevCursor` of another page of the same list. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}

/** What every page has besides its items. */
export class PageCursors {
  /**
   * Where the next page starts; null on the last one.
   * @example 'WyJuZXh0IiwiYW5uIl0'
   */
  nextCursor!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Where the page before starts; null on the first one',
  })
  prevCursor!: string | null;
}
