import { STATUS_CODES } from 'node:http';
import {
  type OpenAPIObject,
  type OperationObject,
  type ParameterObject,
  type ReferenceObject,
  type ResponseObject,
  type SecurityRequirementObject,
} from '@nestjs/swagger';
import { ALL_CODES, type ErrorCode, KINDS, PROBLEM_CODES, type ProblemKind } from '../http/problem-codes.js';
import { PUBLIC_EXTENSION, SCOPE_EXTENSION } from '../http/openapi-extensions.js';
import { type EventDescription } from '../events/event-catalogue.js';
import { asJsonSchema } from './json-schema.js';
import { OPERATION_IDS, TAGS } from './operation-ids.js';
import { anyEvent, describeWebhooks } from './webhooks.js';

type Operation = OperationObject & { [SCOPE_EXTENSION]?: string; [PUBLIC_EXTENSION]?: boolean };
type Parameter = ParameterObject | ReferenceObject;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const EITHER_KEY: SecurityRequirementObject[] = [{ bearer: [] }, { 'x-api-key': [] }];
const IDEMPOTENCY_KEY: ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Send the request again with the same key after a failure: it is done once, and the first answer is returned again for 30 days',
  schema: { type: 'string', maxLength: 255 },
  example: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
};
const PROBLEM_SCHEMA = {
  type: 'object' as const,
  description: 'RFC 9457',
  required: ['type', 'code', 'title', 'status', 'detail', 'request_id'],
  properties: {
    type: {
      type: 'string' as const,
      enum: [...Object.keys(KINDS).map((kind) => `urn:quittance:problem:${kind}`), 'about:blank'],
      description: 'Which kind of problem; stays the same from version to version',
    },
    code: {
      type: 'string' as const,
      enum: [...ALL_CODES],
      description: 'What happened, for a program to decide by: docs/errors.md. More may come',
    },
    title: { type: 'string' as const },
    status: { type: 'integer' as const },
    detail: { type: 'string' as const, description: 'What happened this time, and how to fix it' },
    errors: {
      type: 'array' as const,
      description: 'What is wrong with which field',
      items: {
        type: 'object' as const,
        required: ['field', 'message'],
        properties: { field: { type: 'string' as const }, message: { type: 'string' as const } },
      },
    },
    request_id: { type: 'string' as const, description: 'As in the header x-request-id and in the log' },
  },
};

/**
 * Adds what is true of every operation and what Nest's description of controllers leaves out: the problems it may
 * answer with, the keys it takes, and Idempotency-Key as one header that may be left out.
 */
export function completeDescription(
  document: OpenAPIObject,
  events: readonly EventDescription[] = [],
): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) if (item[method]) completeOperation(item[method], method, path);
  }
  const { schemas, webhooks } = describeWebhooks(events);
  const components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...schemas, Problem: PROBLEM_SCHEMA },
    responses: Object.fromEntries(KIND_NAMES.map((code) => [code, problemResponse(code)])),
    headers: HEADERS,
  };
  const described = { ...document, openapi: '3.1.0', tags: usedTags(document), components, webhooks };
  return withoutUnused(inJsonSchema(described, events));
}

function usedTags({ paths }: OpenAPIObject) {
  const used = new Set(
    Object.values(paths).flatMap((item) => METHODS.flatMap((method) => item[method]?.tags ?? [])),
  );
  return TAGS.filter(({ name }) => used.has(name) || name === 'events');
}

const KIND_NAMES = Object.keys(KINDS) as ProblemKind[];

const HEADERS = {
  'x-request-id': {
    description: 'As the request gave it, or made up; it is in the log',
    schema: { type: 'string' as const },
  },
  'idempotent-replayed': {
    description: 'There where the answer is that of an earlier request with the same Idempotency-Key',
    schema: { type: 'string' as const, enum: ['true'] },
  },
  'retry-after': {
    description: 'Seconds until it is worth another try; there where that is known',
    schema: { type: 'integer' as const },
  },
  'ratelimit-policy': {
    description: 'Requests in so many seconds, where there is a limit: `"key";q=6000;w=60`',
    schema: { type: 'string' as const },
  },
  ratelimit: {
    description: 'Requests left, and seconds until all are there again: `"key";r=5999;t=1`',
    schema: { type: 'string' as const },
  },
};

function headerRefs(names: readonly (keyof typeof HEADERS)[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The schemas that Nest made, by the words of 3.1, and what they leave open of events. */
function inJsonSchema(document: OpenAPIObject, events: readonly EventDescription[]): OpenAPIObject {
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]): [string, object] => [name, asJsonSchema(schema, name.endsWith('Dto')) as object],
  );
  const paths = asJsonSchema(document.paths) as OpenAPIObject['paths'];
  const converted = {
    ...document,
    paths,
    components: { ...document.components, schemas: Object.fromEntries(schemas) },
  };
  const logged = (converted.components.schemas as Record<string, { properties?: Record<string, unknown> }>)
    .EventBody;
  if (logged?.properties && events.length > 0) {
    logged.properties.type = {
      type: 'string',
      enum: events.map(({ type }) => type),
      example: 'payment.confirmed',
    };
    logged.properties.body = anyEvent(events);
  }
  return converted;
}

/** Answers that no operation has are left out. */
function withoutUnused(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify([document.paths, document.webhooks]);
  const used = Object.entries(document.components?.responses ?? {}).filter(([name]) =>
    text.includes(`#/components/responses/${name}"`),
  );
  return { ...document, components: { ...document.components, responses: Object.fromEntries(used) } };
}

function completeOperation(operation: Operation, method: string, path: string): void {
  const id = OPERATION_IDS[`${method.toUpperCase()} ${path.replace('/api/v1', '')}`];
  if (id !== undefined) operation.operationId = id;
  const { [PUBLIC_EXTENSION]: isPublic = false, [SCOPE_EXTENSION]: scope } = operation;
  delete operation[PUBLIC_EXTENSION];
  operation.security = isPublic ? [] : EITHER_KEY;
  if (scope !== undefined)
    operation.description = [operation.description, scopeSentence(scope)].filter(Boolean).join('\n\n');
  operation.parameters = withOneIdempotencyKey(operation.parameters ?? []);
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? 'Answer';
  }
  for (const [status, codes] of problemsOf(operation, isPublic, method)) {
    operation.responses[status] ??= responseFor(codes);
  }
  operation.responses['500'] ??= UNFORESEEN;
  const always = ['x-request-id', ...(isPublic ? [] : (['ratelimit-policy', 'ratelimit'] as const))] as const;
  const isRepeatable = operation.parameters.some(isIdempotencyKey);
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2') || !response || !('description' in response)) continue;
    response.headers = headerRefs([...always, ...(isRepeatable ? (['idempotent-replayed'] as const) : [])]);
  }
}

function scopeSentence(scope: string): string {
  if (scope === 'any') return 'Needs a key, of whatever scope.';
  if (scope === 'admin') return 'Needs an operator’s key (scope `admin`).';
  return `Needs a key with the scope \`${scope}\`.`;
}

function withOneIdempotencyKey(parameters: Parameter[]): Parameter[] {
  const others = parameters.filter((parameter) => !isIdempotencyKey(parameter));
  return others.length < parameters.length ? [...others, IDEMPOTENCY_KEY] : others;
}

function isIdempotencyKey(parameter: Parameter): boolean {
  return 'name' in parameter && parameter.name.toLowerCase() === 'idempotency-key';
}

/** Those that ask what a price is in assets. */
const PRICED: ReadonlySet<string> = new Set(['createPayment']);

/** By status: the codes an operation of this shape may answer with. */
function problemsOf(operation: Operation, isPublic: boolean, method: string): Map<string, ProblemKind[]> {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter);
  const has = (place: ParameterObject['in']) => parameters.some((parameter) => parameter.in === place);
  const codes: ProblemKind[] = [
    ...(operation.requestBody ? (['validation_failed', 'malformed_json', 'body_too_large'] as const) : []),
    ...(operation.requestBody ? (['unsupported_media_type'] as const) : []),
    ...(!operation.requestBody && has('query') ? (['validation_failed'] as const) : []),
    ...(isPublic ? [] : (['unauthenticated', 'forbidden', 'rate_limited'] as const)),
    ...(has('path') ? (['not_found'] as const) : []),
    ...(isPublic || method === 'get' ? [] : (['conflict'] as const)),
    ...(operation.operationId !== undefined && PRICED.has(operation.operationId)
      ? (['not_priced'] as const)
      : []),
    ...(parameters.some(isIdempotencyKey) ? (['idempotency_key_reused'] as const) : []),
    'unavailable',
  ];
  const byStatus = new Map<string, ProblemKind[]>();
  for (const code of codes)
    byStatus.set(`${KINDS[code].status}`, [...(byStatus.get(`${KINDS[code].status}`) ?? []), code]);
  return byStatus;
}

function responseFor(codes: ProblemKind[]): ResponseObject | ReferenceObject {
  const [only] = codes;
  if (codes.length === 1) return { $ref: `#/components/responses/${only}` };
  return {
    description: codes.map((code) => KINDS[code].title).join(', or '),
    headers: headersOf(codes),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function headersOf(codes: readonly ProblemKind[]) {
  const hasPause = codes.some((code) => code === 'rate_limited' || code === 'unavailable');
  return headerRefs(['x-request-id', ...(hasPause ? (['retry-after'] as const) : [])]);
}

const UNFORESEEN: ResponseObject = {
  description: 'Something went wrong in the server; a repeat with the same Idempotency-Key is done once',
  headers: headerRefs(['x-request-id']),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function problemResponse(code: ProblemKind): ResponseObject {
  return {
    description: KINDS[code].title,
    headers: headersOf([code]),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        example: exampleOf(code),
      },
    },
  };
}

const EXAMPLE_DETAILS: Partial<Record<ProblemKind, string>> = {
  validation_failed: 'amount: must be above zero',
  unauthenticated: 'this API key was revoked; use another one',
  forbidden: 'this API key does not carry the scope payments:write; use one that does',
  rate_limited: 'this API key has used up its requests for now; try again in 2 s',
};

/** The first of its codes. */
function exampleCode(kind: ProblemKind): ErrorCode {
  const codes = Object.keys(PROBLEM_CODES) as ErrorCode[];
  return codes.find((code) => PROBLEM_CODES[code].kind === kind) as ErrorCode;
}

function exampleOf(code: ProblemKind): object {
  return {
    type: `urn:quittance:problem:${code}`,
    code: exampleCode(code),
    title: KINDS[code].title,
    status: KINDS[code].status,
    detail: EXAMPLE_DETAILS[code] ?? KINDS[code].title,
    ...(code === 'validation_failed' ? { errors: [{ field: 'amount', message: 'must be above zero' }] } : {}),
    request_id: '1f0e6c0e-6b0c-4e58-9a55-5e2f3b1d2c3a',
  };
}
