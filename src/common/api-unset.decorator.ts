import { ApiProperty } from '@nestjs/swagger';

/** Documents a field that usually is null, as the example shows it. */
export const ApiUnset = (format: 'date-time' | 'uuid', description: string): PropertyDecorator =>
  ApiProperty({ type: String, format, nullable: true, example: null, description });
