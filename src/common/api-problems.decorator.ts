import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { ProblemDetails } from './problem-details.js';
import { Problem, PROBLEMS, type ProblemCode } from './problem.js';

/** What a route that takes a JSON body may say of it. */
export const BODY_PROBLEMS = [
  'malformed_request',
  'validation_failed',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies ProblemCode[];

const TOO_SHORT = { field: 'text', message: 'text must be longer than or equal to 1 characters' };

class FieldError {
  @ApiProperty({ description: 'The path of the field', example: TOO_SHORT.field })
  field!: string;

  @ApiProperty({ description: 'What is wrong with it', example: TOO_SHORT.message })
  message!: string;
}

/** Every error, in RFC 9457's shape. */
export class ProblemResponse implements ProblemDetails {
  @ApiProperty({ example: 'urn:messendger:problem:validation_failed', description: 'The code, as a URI' })
  type!: string;

  @ApiProperty({ example: PROBLEMS.validation_failed.title, description: 'The code, in words' })
  title!: string;

  @ApiProperty({ example: PROBLEMS.validation_failed.status, description: 'The status of the answer' })
  status!: number;

  @ApiProperty({ example: TOO_SHORT.message, description: 'What was wrong this time; for people' })
  detail!: string;

  @ApiProperty({ enum: Object.keys(PROBLEMS), enumName: 'ProblemCode', description: 'Stable; switch on this' })
  code!: string;

  @ApiPropertyOptional({ type: [FieldError], description: 'What is wrong with which field of the input' })
  errors?: FieldError[];

  @ApiPropertyOptional({ description: 'Seconds after which a repeat may succeed', example: 12 })
  retryAfter?: number;
}

const CODES = 'messendger:problems';

/**
 * Lists in the API document the problems that a route can answer with, each with an example. On the controller: those of
 * every route; on a method: those that it adds.
 */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, method?: PropertyDescriptor) => {
    if (method) Reflect.defineMetadata(CODES, codes, method.value as object);
    else documentRoutes(target as { prototype: object }, codes);
  };
}

/** Runs after the decorators of the methods, so that a status which both name is described once, with all its codes. */
function documentRoutes(controller: { prototype: object }, shared: ProblemCode[]): void {
  for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(controller.prototype))) {
    if (name === 'constructor') continue;
    const own = (Reflect.getMetadata(CODES, method.value as object) ?? []) as ProblemCode[];
    const decorators = [ApiExtraModels(ProblemResponse), ...responses([...new Set([...shared, ...own])])];
    for (const decorate of decorators) decorate(controller.prototype, name, method);
  }
}

function responses(codes: ProblemCode[]): MethodDecorator[] {
  return [...groupByStatus(codes)].map(([status, codes]) =>
    ApiResponse({
      status,
      description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
      content: {
        'application/problem+json': {
          schema: { $ref: getSchemaPath(ProblemResponse) },
          examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    }),
  );
}

function exampleOf(code: ProblemCode): ProblemDetails {
  if (code === 'validation_failed') return new Problem(code, TOO_SHORT.message, { errors: [TOO_SHORT] }).toDetails();
  if (PROBLEMS[code].status === 429) return new Problem(code, undefined, { retryAfter: 12 }).toDetails();
  return new Problem(code).toDetails();
}

function groupByStatus(codes: ProblemCode[]): Map<number, ProblemCode[]> {
  const groups = new Map<number, ProblemCode[]>();
  for (const code of codes) groups.set(PROBLEMS[code].status, [...(groups.get(PROBLEMS[code].status) ?? []), code]);
  return groups;
}
