import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { Problem } from './problem.js';

/** Checks every DTO, of REST and of socket commands alike: unknown fields are refused, and each error names its field. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => invalid(flatten(errors)),
  });
}

function invalid(errors: { field: string; message: string }[]): Problem {
  return new Problem('validation_failed', errors.map(({ message }) => message).join('; '), { errors });
}

function flatten(errors: ValidationError[], path = ''): { field: string; message: string }[] {
  return errors.flatMap((error) => {
    const field = error.property ? `${path}${error.property}` : path || 'payload';
    const own = Object.values(error.constraints ?? {}).map((message) => ({
      field,
      message: error.property ? message : 'the payload must be an object',
    }));
    return [...own, ...flatten(error.children ?? [], `${field}.`)];
  });
}
