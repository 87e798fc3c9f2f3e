import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateIf } from 'class-validator';
import type { GroupKind } from '../../changes/contract.js';
import { IsId, IsText } from '../../common/fields.js';
import { IsName } from '../../common/names.js';

const KINDS = ['public', 'private', 'direct'] satisfies GroupKind[];
const isDirect = ({ kind }: CreateGroupDto) => kind === 'direct';

/** A new group: a public or private one with a name, or a direct one with a user. */
export class CreateGroupDto {
  @ApiProperty({ enum: KINDS, enumName: 'GroupKind', description: 'Who can find and join it' })
  @IsIn(KINDS)
  kind!: GroupKind;

  /**
   * 1 to 100 characters; not for a direct group.
   * @example 'Engineering'
   */
  @ValidateIf((dto: CreateGroupDto) => !isDirect(dto))
  @IsName(1, 100)
  name?: string;

  /**
   * Up to 500 characters.
   * @example 'Everything that we build'
   */
  @IsOptional()
  @IsText(0, 500)
  description?: string;

  /**
   * The other person; for a direct group only.
   * @example '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11'
   */
  @ValidateIf((dto: CreateGroupDto) => isDirect(dto) || dto.userId !== undefined)
  @IsId()
  userId?: string;
}

/** Bodies of `POST /groups`, for the API document. */
export const CREATE_GROUP_EXAMPLES = {
  public: {
    summary: 'A group that anyone can find and join',
    value: { kind: 'public', name: 'Engineering', description: 'Everything that we build' },
  },
  private: { summary: 'A group by invitation', value: { kind: 'private', name: 'Board' } },
  direct: {
    summary: 'The direct group with someone',
    value: { kind: 'direct', userId: '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11' },
  },
};
