import { DomainError, NotFoundError, ValidationFailedError } from '../http/problem.js';
import { type RefundState } from './refund.entity.js';

/** Also said of another merchant's payment. */
export class RefundedPaymentNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no payment ${id}`);
  }
}

/** Also said of another merchant's deposit. */
export class RefundedDepositNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no deposit ${id}`);
  }
}

/** Also said of another merchant's refund. */
export class RefundNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no refund ${id}`);
  }
}

export class RefundTooLargeError extends DomainError {
  readonly code = 'refund_too_large';

  constructor(amount: bigint, confirmed: bigint, refunded: bigint) {
    const left = confirmed > refunded ? confirmed - refunded : 0n;
    super(
      `${amount} cannot be refunded: of the ${confirmed} that were received and are final, ${refunded} were refunded already, so that ${left} are left`,
    );
  }
}

/** Which of the payment's assets goes back is not said, or is none of them. */
export class RefundAssetError extends ValidationFailedError {
  constructor(why: string) {
    super([{ field: 'token_id', message: why }]);
  }
}

/** Nobody here could send it, nor see it mined. */
export class RefundChainGoneError extends ValidationFailedError {
  constructor(chain: string) {
    const message = `"${chain}" is not served here any more: what came on it can go back once chains.yaml serves it again`;
    super([{ field: 'chain', message }]);
  }
}

/** The deposit is not, or is no longer, something that can go back. */
export class DepositNotRefundableError extends DomainError {
  readonly code = 'deposit_not_refundable';
  override readonly retryable = true;

  constructor(id: string, why: string) {
    super(`deposit ${id} cannot be refunded: ${why}`);
  }
}

export class RefundTooSmallError extends ValidationFailedError {
  override readonly code = 'refund_too_small';

  constructor(minimum: bigint) {
    super([
      { field: 'amount', message: `must be at least ${minimum}: a smaller refund costs more than it gives` },
    ]);
  }
}

/** What a merchant may have refunded in a day is used up. */
export class RefundLimitReachedError extends DomainError {
  readonly code = 'refund_limit_reached';
  override readonly retryable = true;

  constructor(what: string) {
    super(`${what}; ask again tomorrow (UTC), or have the operator raise the limit`);
  }
}

/** Its gas would cost more than the operator spends on refunds of this money. */
export class RefundTooDearError extends DomainError {
  readonly code = 'refund_too_expensive';
  override readonly retryable = true;

  constructor(why: string) {
    super(`${why}; wait until gas is cheaper, or have the operator force it`);
  }
}

/** It is signed, or has ended; where it is forced: mined, or has ended. */
export class RefundNotWaitingError extends DomainError {
  readonly code = 'refund_not_waiting';

  constructor(id: string, state: Exclude<RefundState, 'created'>) {
    super(`refund ${id} ${WHY_NOT[state]}`);
  }
}

const WHY_NOT = {
  sent: 'is signed and on its way: it can no longer be stopped or changed',
  confirmed: 'has reached its recipient',
  failed: 'has failed already, and moved nothing',
  cancelled: 'was cancelled',
} satisfies Record<Exclude<RefundState, 'created'>, string>;

/** Money that goes there would count as a payment, be hidden among the operator's own, or be lost. */
export class RecipientUnfitError extends ValidationFailedError {
  override readonly code = 'recipient_not_allowed';

  constructor(what: string) {
    super([{ field: 'to', message: `is ${what}; give the customer’s own address` }]);
  }
}

export class NoRefundsHereError extends DomainError {
  readonly code = 'refunds_not_configured';

  constructor() {
    super('no key here can pay refunds: the operator gave XPUB, and no PAYOUT_PRIVATE_KEY');
  }
}
