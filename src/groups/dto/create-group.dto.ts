import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateIf } from 'class-validator';
import type { GroupKind } from '../../changes/contract.js';
import { IsId, IsLine, IsText } from '../../common/fields.js';

const KINDS = ['public', 'private', 'direct'] satisfies GroupKind[];
const isDirect = ({ kind }: CreateGroupDto) => kind === 'direct';

/** A new group: a public or private one with a name, or a direct one with a user. */
export class CreateGroupDto {
  @ApiProperty({ enum: KINDS, enumName: 'GroupKind', description: 'Who can find and join it' })
  @IsIn(KINDS)
  kind!: GroupKind;

  @ApiPropertyOptional({ description: '1 to 100 characters; not for a direct group', example: 'Engineering' })
  @ValidateIf((dto: CreateGroupDto) => !isDirect(dto))
  @IsLine(1, 100)
  name?: string;

  @ApiPropertyOptional({ description: 'Up to 500 characters', example: 'Everything that we build' })
  @IsOptional()
  @IsText(0, 500)
  description?: string;

  @ApiPropertyOptional({ description: 'The other person; for a direct group only', format: 'uuid' })
  @ValidateIf((dto: CreateGroupDto) => isDirect(dto) || dto.userId !== undefined)
  @IsId()
  userId?: string;
}
