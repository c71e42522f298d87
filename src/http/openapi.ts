import { STATUS_CODES } from 'node:http';
import {
  type OpenAPIObject,
  type OperationObject,
  type ParameterObject,
  type ReferenceObject,
  type ResponseObject,
  type SecurityRequirementObject,
} from '@nestjs/swagger';
import { ALL_CODES, type ErrorCode, KINDS, PROBLEM_CODES, type ProblemKind } from './problem-codes.js';

/** Set on an operation by the decorators that guard it: the scope its key needs, or that it needs none. */
export const SCOPE_EXTENSION = 'x-required-scope';
export const PUBLIC_EXTENSION = 'x-public';

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
export function completeDescription(document: OpenAPIObject): OpenAPIObject {
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, Problem: PROBLEM_SCHEMA };
  document.components.responses = Object.fromEntries(
    (Object.keys(KINDS) as ProblemKind[]).map((code) => [code, problemResponse(code)]),
  );
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) if (item[method]) completeOperation(item[method]);
  }
  return document;
}

function completeOperation(operation: Operation): void {
  const { [PUBLIC_EXTENSION]: isPublic = false, [SCOPE_EXTENSION]: scope } = operation;
  delete operation[PUBLIC_EXTENSION];
  operation.security = isPublic ? [] : EITHER_KEY;
  if (scope !== undefined)
    operation.description = [operation.description, scopeSentence(scope)].filter(Boolean).join('\n\n');
  operation.parameters = withOneIdempotencyKey(operation.parameters ?? []);
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? 'Answer';
  }
  for (const [status, codes] of problemsOf(operation, isPublic)) {
    operation.responses[status] ??= responseFor(codes);
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

/** By status: the codes an operation of this shape may answer with. */
function problemsOf(operation: Operation, isPublic: boolean): Map<string, ProblemKind[]> {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter);
  const has = (place: ParameterObject['in']) => parameters.some((parameter) => parameter.in === place);
  const codes: ProblemKind[] = [
    ...(operation.requestBody ? (['validation_failed', 'malformed_json', 'body_too_large'] as const) : []),
    ...(operation.requestBody ? (['unsupported_media_type'] as const) : []),
    ...(!operation.requestBody && has('query') ? (['validation_failed'] as const) : []),
    ...(isPublic ? [] : (['unauthenticated', 'forbidden', 'rate_limited'] as const)),
    ...(has('path') ? (['not_found'] as const) : []),
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
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function problemResponse(code: ProblemKind): ResponseObject {
  return {
    description: KINDS[code].title,
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
