import { DomainError, NotFoundError, ValidationFailedError } from '../http/problem.js';

/** Also said of another merchant's endpoint: that it exists is none of their business. */
export class EndpointNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no webhook endpoint ${id}`);
  }
}

export class EventNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no event ${id}`);
  }
}

export class DeliveryNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no delivery ${id}`);
  }
}

export class BuiltInEndpointError extends DomainError {
  readonly code = 'endpoint_built_in';

  constructor() {
    super(
      'this endpoint is WEBHOOK_URL and shared by all merchants; its operator changes it in the settings',
    );
  }
}

/** What WEBHOOK_URL points at is the operator's, and so is whatever makes it be called. */
export class OperatorsEndpointError extends DomainError {
  readonly code = 'operators_endpoint';

  constructor() {
    super(
      'this endpoint is WEBHOOK_URL, which only its operator may have called; use a key with the scope admin',
    );
  }
}

export class TooManyEndpointsError extends DomainError {
  readonly code = 'endpoint_limit_reached';

  constructor(most: number) {
    super(
      `there are ${most} webhook endpoints, as many as a merchant may have; delete one, subscribe one to more event types, or have the operator raise WEBHOOK_ENDPOINTS_PER_MERCHANT`,
    );
  }
}

/** A delivery to an endpoint that was deleted, or that is not there now. */
export class EndpointGoneError extends DomainError {
  readonly code = 'endpoint_deleted';

  constructor() {
    super('the endpoint of this delivery was deleted; nothing can be sent there again');
  }
}

export class UrlRefusedError extends ValidationFailedError {
  override readonly code = 'webhook_url_refused';

  constructor(why: string) {
    super([{ field: 'url', message: why }]);
  }
}

export class SecretRefusedError extends ValidationFailedError {
  override readonly code = 'webhook_secret_refused';

  constructor(why: string) {
    super([{ field: 'secret', message: why }]);
  }
}
