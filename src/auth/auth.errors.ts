import { DomainError, NotFoundError, ValidationFailedError } from '../http/problem.js';

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

/** An operator's key is of no merchant, and has not said for which it acts. */
export class MerchantNotNamedError extends DomainError {
  readonly code = 'merchant_not_named';

  constructor() {
    super('this is an operator’s key: say for which merchant it acts, with the header X-Merchant-Id: <id>');
  }
}

export class NotYourMerchantError extends DomainError {
  readonly code = 'not_your_merchant';

  constructor() {
    super('X-Merchant-Id names another merchant; leave it out: a merchant’s key acts for its own');
  }
}

/** Of keys that are not known here, from one address. */
export class TooManyBadKeysError extends DomainError {
  readonly code = 'too_many_bad_keys';
  override readonly retryable = true;

  constructor(readonly retryAfterSeconds: number) {
    super(`too many keys from your address were refused; try another one in ${retryAfterSeconds} s`);
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

export class OperatorKeyOfMerchantError extends ValidationFailedError {
  constructor() {
    super([
      {
        field: 'merchant_id',
        message:
          'has to be left out: an operator’s key is of no merchant, and acts for the one that X-Merchant-Id names',
      },
    ]);
  }
}
