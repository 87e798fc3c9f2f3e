import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { dictionary } from '@zxcvbn-ts/language-common';
import { IsString, Length, ValidateBy } from 'class-validator';
import { IsWellFormed } from '../common/fields.js';

const MIN = 8;
const MAX = 128;

const COMMON: ReadonlySet<string> = new Set(
  [...dictionary['passwords-common']].map(String).filter((password) => password.length >= MIN),
);

/** A password of 8 to 128 characters that is not among the most used ones (NIST SP 800-63B section 3.1.1.2). */
export const IsNewPassword = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ format: 'password', minLength: MIN, maxLength: MAX }),
    IsString(),
    Length(MIN, MAX),
    IsWellFormed(),
    ValidateBy({
      name: 'isUncommon',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && !COMMON.has(value.toLowerCase()),
        defaultMessage: () => 'password is one of the most used ones; choose another',
      },
    }),
  );
