import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateIf } from 'class-validator';
import { IdParam, IsId, IsText, IsWhole } from '../../common/fields.js';
import { IsName } from '../../common/names.js';
import { PageQuery } from '../../common/paging.dto.js';

/** What the owner may change. Absent fields stay as they are. */
export class UpdateGroupDto {
  /** @example 'Engineering and friends' */
  @ValidateIf((dto: UpdateGroupDto) => dto.name !== undefined)
  @IsName(1, 100)
  name?: string;

  /**
   * `null` removes it.
   * @example 'Everything that we build'
   */
  @IsOptional()
  @IsText(0, 500)
  description?: string | null;
}

/** Which groups to list. */
export class ListGroupsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: ['mine', 'public'],
    description: 'The groups that I am in, or those that anyone may join',
  })
  @IsOptional()
  @IsIn(['mine', 'public'])
  scope: 'mine' | 'public' = 'mine';

  /** A part of the name, without regard to case. */
  @IsOptional()
  @IsText(1, 100)
  query?: string;
}

/** Who is to become a member. */
export class AddMemberDto {
  /** @example '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11' */
  @IsId()
  userId!: string;
}

/** A member in a path: `:id` of the group, `:userId` of the member. */
export class MemberParams extends IdParam {
  /** @example '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11' */
  @IsId()
  userId!: string;
}

/** How far I read. */
export class ReadDto {
  /**
   * The seq of the newest message that was read.
   * @example 41
   */
  @IsWhole(0)
  seq!: number;
}

/** `group:read` over a socket. */
export class ReadCommand extends ReadDto {
  @IsId()
  groupId!: string;
}
