/** Every way a request can fail, by what happened. */
export type ErrorCode =
  | 'validation_failed'
  | 'malformed_json'
  | 'malformed_url'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'idempotency_key_reused'
  | 'conflict'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'unavailable';

/** HTTP status by error code: adding a code without its status does not compile. */
export const statusOf = {
  validation_failed: 400,
  malformed_json: 400,
  malformed_url: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  idempotency_key_reused: 409,
  conflict: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  unavailable: 503,
} satisfies Record<ErrorCode, number>;

export const titleOf = {
  validation_failed: 'The request is not valid',
  malformed_json: 'The body is not JSON',
  malformed_url: 'The URL cannot be read',
  unauthenticated: 'No valid API key',
  forbidden: 'The API key may not do this',
  not_found: 'Not found',
  method_not_allowed: 'The method is not for this URL',
  idempotency_key_reused: 'Idempotency-Key used with another request',
  conflict: 'Conflicts with what is there',
  body_too_large: 'The body is too large',
  unsupported_media_type: 'The body is not sent as JSON',
  rate_limited: 'Too many requests',
  unavailable: 'Not available now',
} satisfies Record<ErrorCode, string>;

/** An error that tells whoever caused it what happened and how to mend it. It knows nothing of HTTP. */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  /** The same request may succeed later without a change. */
  readonly retryable: boolean = false;
}

export interface FieldError {
  field: string;
  message: string;
}

export class ValidationFailedError extends DomainError {
  readonly code = 'validation_failed';

  constructor(readonly errors: FieldError[]) {
    super(errors.map(asText).join('; '));
  }
}

/** class-validator's own messages start with the field already. */
function asText({ field, message }: FieldError): string {
  return message.startsWith(`${field} `) ? message : `${field}: ${message}`;
}

export class NotFoundError extends DomainError {
  readonly code = 'not_found';
}

/** Long enough for a failover to be over in most cases, and short enough for a shop to wait for. */
const RETRY_AFTER_SECONDS = 5;

export class DatabaseAwayError extends DomainError {
  readonly code = 'unavailable';
  override readonly retryable = true;
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(method: string) {
    super(
      method === 'GET'
        ? 'the database does not answer now; ask again in a moment'
        : 'the database does not answer now, and whether this was done cannot be known; send it again with the same ' +
            'Idempotency-Key, and it is done once',
    );
  }
}
