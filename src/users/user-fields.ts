import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, Matches } from 'class-validator';
import { Folded, IsLine } from '../common/fields.js';

/** 3 to 32 of `[a-z0-9._-]`; upper case is folded. */
export const IsUsername = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ pattern: '^[A-Za-z0-9._-]{3,32}$' }),
    Folded(),
    Matches(/^[a-z0-9._-]{3,32}$/, {
      message: '$property must be 3 to 32 of the characters a-z, 0-9, ".", "_" and "-"',
    }),
  );

/** A name to show: one line of 1 to 64 characters. */
export const IsDisplayName = (): PropertyDecorator => IsLine(1, 64);

/** An email address; folded to lower case. */
export const IsEmailAddress = (): PropertyDecorator =>
  applyDecorators(ApiProperty({ format: 'email' }), Folded(), IsEmail());
