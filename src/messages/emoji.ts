import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';

/** As a constructor: the compiler's target does not know the flag, and every Node.js that we run on does. */
const EMOJI = new RegExp(String.raw`^\p{RGI_Emoji}$`, 'v');

/**
 * Exactly one emoji of Unicode's recommended set, with skin tones, flags and families, however many code points it has.
 * It has to be fully qualified (❤️, not ❤), so that what looks the same is the same.
 */
export const IsEmoji = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ example: '👍' }),
    ValidateBy({
      name: 'isEmoji',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && EMOJI.test(value),
        defaultMessage: (args) => `${args?.property ?? 'value'} must be exactly one emoji, fully qualified`,
      },
    }),
  );
