import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Headers = NonNullable<NonNullable<OpenAPIObject['components']>['headers']>;

interface Schema {
  type?: unknown;
  format?: string;
  example?: unknown;
  allOf?: object[];
}

const HEADERS = {
  RateLimit: {
    description: 'How many requests are left of the policy, and the seconds until it is whole again',
    schema: { type: 'string', example: '"request";r=599;t=60' },
  },
  'RateLimit-Policy': {
    description: 'How many requests the policy allows in how many seconds',
    schema: { type: 'string', example: '"request";q=600;w=60' },
  },
  'Retry-After': {
    description: 'Seconds after which a repeat may succeed',
    schema: { type: 'integer', example: 12 },
  },
  'WWW-Authenticate': {
    description: 'The scheme to authenticate with (RFC 6750); not there where a password was wrong',
    schema: { type: 'string', example: 'Bearer realm="messendger", error="invalid_token"' },
  },
} as const satisfies Headers;

const LIMITS = ['RateLimit', 'RateLimit-Policy'] as const;
const HEADERS_BY_STATUS: Record<string, readonly (keyof typeof HEADERS)[]> = {
  200: LIMITS,
  201: LIMITS,
  204: LIMITS,
  401: ['WWW-Authenticate'],
  429: [...LIMITS, 'Retry-After'],
  503: ['Retry-After'],
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Says in the generated document what holds for all routes alike, and what the types of TypeScript cannot tell. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  document.components = { ...document.components, headers: HEADERS };
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[])) {
    // Closed by default: whatever names no scheme is public.
    operation.security ??= [];
    completeResponses(operation);
  }
  refineSchemas(document);
  return document;
}

function completeResponses({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (!response || '$ref' in response) continue;
    response.description ||= STATUS_CODES[status] ?? status;
    const names = HEADERS_BY_STATUS[status] ?? [];
    if (names.length === 0) continue;
    response.headers = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  }
}

/** Every number of the API is whole; ids and times are known by their examples. */
function refineSchemas(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const schema: Schema = node;
  if (schema.type === 'number') schema.type = 'integer';
  // OpenAPI 3.0 needed this around a reference that has a description.
  if (schema.allOf?.length === 1) {
    Object.assign(schema, schema.allOf[0]);
    delete schema.allOf;
  }
  if (schema.type !== undefined && typeof schema.example === 'string') {
    if (UUID.test(schema.example)) schema.format ??= 'uuid';
    if (TIME.test(schema.example)) schema.format ??= 'date-time';
  }
  for (const inner of Object.values(node)) refineSchemas(inner);
}
