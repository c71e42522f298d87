import { NotFoundError, ValidationFailedError } from '../http/problem.js';

/** Also said of another merchant's link. */
export class PaymentLinkNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no payment link ${id}`);
  }
}

export class OnceWithStockError extends ValidationFailedError {
  constructor() {
    super([{ field: 'stock', message: 'does not go with once, which is a stock of one; send one of them' }]);
  }
}

export class LinkEndedError extends ValidationFailedError {
  constructor(at: Date) {
    super([
      {
        field: 'expires_at',
        message: `${at.toISOString()} has passed already, so that nobody could pay; give a time to come, or leave it out`,
      },
    ]);
  }
}

export class OpenPriceError extends ValidationFailedError {
  constructor(field: 'min' | 'max', message: string) {
    super([{ field: `price.${field}`, message }]);
  }
}

/** Why a link makes no payment now. It is told to visitors by a page. */
export type Closed = 'ended' | 'sold_out' | 'busy';

export class LinkClosedError extends Error {
  constructor(readonly reason: Closed) {
    super(`the payment link makes no payment now: ${reason}`);
  }
}
