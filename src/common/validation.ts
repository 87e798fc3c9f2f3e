import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { Problem } from './problem.js';

/** Values inside values. No DTO needs as many, and what the libraries do recursively has an end somewhere. */
const MAX_DEPTH = 8;
/** Errors that are told at once. */
const MAX_ERRORS = 20;

/** Checks the DTOs of REST; see `validated`. */
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({ transform: true });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype } = metadata;
    if (!metatype || !this.toValidate(metadata)) return super.transform(value, metadata) as Promise<unknown>;
    return Promise.resolve(validated(metatype as Type<object>, value));
  }
}

/**
 * What was sent as an instance of its class, of REST and of socket commands alike. Unknown fields are refused, and each
 * error names its field. Throws `validation_failed`.
 */
export function validated<T extends object>(type: Type<T>, value: unknown): T {
  // Without a body every field is missing, and that is what there is to say.
  const input = value === undefined ? {} : value;
  refuseOddities(input);
  const dto = plainToInstance(type, input);
  const errors = validateSync(dto, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  if (errors.length > 0) throw invalid(flatten(errors));
  return dto;
}

/** Refuses what class-transformer would drop silently or stumble over, before it sees it. */
function refuseOddities(input: unknown): asserts input is object {
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
