import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { Problem } from './problem.js';

/** Values inside values. No DTO needs as many, and what the libraries do recursively has an end somewhere. */
const MAX_DEPTH = 8;
/** Errors that are told at once. */
const MAX_ERRORS = 20;

/** Checks every DTO, of REST and of socket commands alike: unknown fields are refused, and each error names its field. */
export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => invalid(flatten(errors)),
  });
}

/** Refuses what Nest and class-transformer would drop silently or stumble over, before they see it. */
class StrictValidationPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (!metadata.metatype || !this.toValidate(metadata)) return super.transform(value, metadata) as Promise<unknown>;
    // Without a body every field is missing, and that is what there is to say.
    const input = value === undefined ? {} : value;
    refuseOddities(input);
    return super.transform(input, metadata) as Promise<unknown>;
  }
}

function refuseOddities(input: unknown): void {
  if (!isRecord(input)) throw Problem.field('payload', 'the payload must be an object');
  for (const [field, value] of Object.entries(input)) {
    if (field in Object.prototype || field === 'prototype') {
      throw Problem.field(field, `property ${field} should not exist`);
    }
    if (isDeeper(value, MAX_DEPTH)) throw Problem.field(field, `${field} is nested too deeply`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function invalid(all: { field: string; message: string }[]): Problem {
  const errors = all.slice(0, MAX_ERRORS);
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
