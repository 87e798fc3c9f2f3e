import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';

interface Media {
  schema?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export interface DocumentedResponse {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

export interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: object }[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, DocumentedResponse>;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  example?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; headers: Record<string, unknown> };
}

/** One route of the document. */
export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

/** An OpenAPI document, against which real answers are held. */
export class ApiDocument {
  readonly routes: Route[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, formats: fullFormats });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(readonly json: OpenApi) {
    this.routes = Object.entries(json.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    this.ajv.addSchema(closed(json), 'api');
  }

  static async of(url: string): Promise<ApiDocument> {
    return new ApiDocument((await (await fetch(`${url}/docs-json`)).json()) as OpenApi);
  }

  /** The route that a request goes to. */
  find(method: string, path: string): Route {
    const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
    // A fixed path goes before one with parameters.
    const found = this.routes
      .filter((route) => route.method === method && fits(route.path))
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
    if (!found) throw new Error(`The document has no ${method} ${path}`);
    return found;
  }

  /** What is wrong with a value that a JSON pointer's schema describes; empty when nothing is. */
  errorsAt(pointer: string[], value: unknown): string[] {
    const ref = `api#/${pointer.map((part) => encodeURIComponent(escape(part))).join('/')}`;
    const validate = this.compiled.get(ref) ?? this.ajv.compile({ $ref: ref });
    this.compiled.set(ref, validate);
    return validate(value) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  /** What about an answer is not as documented. */
  errorsOf({ method, path, operation }: Route, status: number, contentType: string | null, body: unknown): string[] {
    const response = operation.responses[status];
    if (!response) return [`${status} is not documented`];
    if (!response.content) return body === '' ? [] : ['it has a body'];
    const media = contentType?.split(';')[0] ?? '';
    if (!response.content[media]) return [`${media} is not documented`];
    return this.errorsAt(
      ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema'],
      body,
    );
  }
}

const escape = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** A copy in which no object may have a property that is not documented. */
function closed(json: OpenApi): OpenApi {
  const copy = structuredClone(json);
  for (const schema of Object.values(copy.components.schemas)) {
    if (schema.properties) Object.assign(schema, { additionalProperties: false });
  }
  return copy;
}
