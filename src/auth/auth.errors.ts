import { DomainError, NotFoundError } from '../http/problem.js';

export class NoApiKeyError extends DomainError {
  readonly code = 'api_key_missing';

  constructor() {
    super('send an API key: "Authorization: Bearer qk_…" or "X-Api-Key: qk_…"');
  }
}

export class UnknownApiKeyError extends DomainError {
  readonly code = 'api_key_unknown';

  constructor() {
    super(
      'this API key is not known here; check that it was copied whole, and that it is of this installation',
    );
  }
}

export class RevokedApiKeyError extends DomainError {
  readonly code = 'api_key_revoked';

  constructor() {
    super('this API key was revoked; use another one');
  }
}

export class MissingScopeError extends DomainError {
  readonly code = 'scope_missing';

  constructor(scope: string) {
    super(`this API key does not carry the scope ${scope}; use one that does`);
  }
}

export class TooManyRequestsError extends DomainError {
  readonly code = 'rate_limited';
  override readonly retryable = true;

  constructor(readonly retryAfterSeconds: number) {
    super(`this API key has used up its requests for now; try again in ${retryAfterSeconds} s`);
  }
}

export class MerchantNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no merchant ${id}`);
  }
}

export class ApiKeyNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no API key ${id}`);
  }
}
