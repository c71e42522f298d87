import { DomainError, NotFoundError, ValidationFailedError } from '../http/problem.js';

/** Also said of another merchant's payment. */
export class RefundedPaymentNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no payment ${id}`);
  }
}

export class RefundTooLargeError extends DomainError {
  readonly code = 'conflict';

  constructor(amount: bigint, confirmed: bigint, refunded: bigint) {
    const left = confirmed > refunded ? confirmed - refunded : 0n;
    super(
      `${amount} cannot be refunded: of the ${confirmed} that were received and are final, ${refunded} were refunded already, so that ${left} are left`,
    );
  }
}

/** Money that goes there would count as a payment, be hidden among the operator's own, or be lost. */
export class RecipientUnfitError extends ValidationFailedError {
  constructor(what: string) {
    super([{ field: 'to', message: `is ${what}; give the customer’s own address` }]);
  }
}

export class NoRefundsHereError extends DomainError {
  readonly code = 'conflict';

  constructor() {
    super('no key here can pay refunds: the operator gave XPUB, and no PAYOUT_PRIVATE_KEY');
  }
}
