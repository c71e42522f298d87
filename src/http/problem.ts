import { type ErrorCode } from './problem-codes.js';

export { type ErrorCode } from './problem-codes.js';

/** An error that tells whoever caused it what happened and how to fix it. It knows nothing of HTTP. */
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
  readonly code: ErrorCode = 'validation_failed';

  constructor(readonly errors: FieldError[]) {
    super(errors.map(asText).join('; '));
  }
}

/** class-validator's own messages start with the field already. */
function asText({ field, message }: FieldError): string {
  return message.startsWith(`${field} `) ? message : `${field}: ${message}`;
}

export class NotFoundError extends DomainError {
  readonly code: ErrorCode = 'not_found';
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

/** What is refused may have been answered before: it is thrown where that is known. */
export async function orRefusal<T>(asked: Promise<T>): Promise<T | DomainError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
