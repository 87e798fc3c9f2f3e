import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsString, IsUUID, Length, Max, Min, ValidateBy } from 'class-validator';

const lowerCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
const trim = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** A UUID; upper case is folded, since PostgreSQL answers in lower case. */
export const IsId = (): PropertyDecorator =>
  applyDecorators(ApiProperty({ format: 'uuid' }), Transform(lowerCase), IsUUID('loose'));

/** Lower-cases and trims a string before it is checked. */
export const Folded = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().toLowerCase() : value));

/** Text that is stored as it was sent: no NUL, which PostgreSQL refuses, and no lone surrogate, which it replaces. */
export const IsWellFormed = (): PropertyDecorator =>
  check('isWellFormed', '$property must be well-formed Unicode without NUL characters', (text) => {
    return text.isWellFormed() && !text.includes('\0');
  });

/** What a reader can see: neither space, nor a control character, nor one that is not drawn (zero width, fillers). */
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Well-formed text of `min` to `max` characters after trimming; where it may not be empty, something of it is visible. */
export const IsText = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ minLength: min, maxLength: max }),
    Transform(trim),
    IsString(),
    Length(min, max),
    IsWellFormed(),
    check('isVisible', '$property must have a visible character', (text) => min === 0 || VISIBLE.test(text)),
  );

/** A single line of text: as `IsText`, and without control characters or line breaks. */
export const IsLine = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    IsText(min, max),
    check('isLine', '$property must not contain control characters', (text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)),
  );

/** A whole number in a query string or a payload. */
export const IsWhole = (min: number, max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  applyDecorators(ApiProperty({ type: 'integer', minimum: min, maximum: max }), IsInt(), Min(min), Max(max));

const toWhole = ({ value }: { value: unknown }) => {
  if (typeof value !== 'string') return value;
  return /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
};

/** A whole number that arrives as text, in a query string: digits alone, so that an empty one is not taken for 0. */
export const IsWholeInQuery = (min: number, max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  applyDecorators(Transform(toWhole), IsWhole(min, max));

/** Checks a string; `$property` in the message is the field. */
export function check(name: string, message: string, holds: (text: string) => boolean): PropertyDecorator {
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
  @ApiProperty({ example: '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1' })
  @IsId()
  id!: string;
}
