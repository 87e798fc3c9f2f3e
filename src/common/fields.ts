import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsString, IsUUID, Length, Max, Min, ValidateBy } from 'class-validator';

const lowerCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
const trim = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** A UUID; upper case is folded, since PostgreSQL answers in lower case. */
export const IsId = (): PropertyDecorator => applyDecorators(Transform(lowerCase), IsUUID('loose'));

/** Lower-cases and trims a string before it is checked. */
export const Folded = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().toLowerCase() : value));

/**
 * Text of `min` to `max` characters after trimming that PostgreSQL stores as it was sent: no NUL, which it refuses,
 * and no lone surrogate, which would silently become U+FFFD.
 */
export const IsText = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(trim),
    IsString(),
    Length(min, max),
    check('isWellFormed', '$property must be well-formed Unicode without NUL characters', (text) => {
      return text.isWellFormed() && !text.includes('\0');
    }),
  );

/** A single line of text: as `IsText`, and without control characters or line breaks. */
export const IsLine = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    IsText(min, max),
    check('isLine', '$property must not contain control characters', (text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)),
  );

/** A whole number in a query string or a payload. */
export const IsWhole = (min: number, max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  applyDecorators(IsInt(), Min(min), Max(max));

/** A whole number that arrives as text, in a query string. */
export const IsWholeInQuery = (min: number, max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  applyDecorators(
    Type(() => Number),
    IsWhole(min, max),
  );

function check(name: string, message: string, holds: (text: string) => boolean): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && holds(value),
      defaultMessage: (args) => message.replace('$property', args?.property ?? 'value'),
    },
  });
}

/** The `:id` of a path. */
export class IdParam {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  id!: string;
}
