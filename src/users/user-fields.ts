import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { Folded } from '../common/fields.js';
import { IsFreeName, IsName } from '../common/names.js';

/** 3 to 32 of `[a-z0-9._-]`, one at least a letter or a digit, and not reserved; upper case is folded. */
export const IsUsername = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ pattern: '^(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{3,32}$' }),
    Folded(),
    Matches(/^(?=.*[a-z0-9])[a-z0-9._-]{3,32}$/, {
      message:
        '$property must be 3 to 32 of the characters a-z, 0-9, ".", "_" and "-", one at least a letter or a digit',
    }),
    IsFreeName(),
  );

/** A name to show: 1 to 64 characters, and not reserved. */
export const IsDisplayName = (): PropertyDecorator => applyDecorators(IsName(1, 64), IsFreeName());
