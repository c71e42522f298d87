import { DomainError, NotFoundError, ValidationFailedError } from '../http/problem.js';
import { type ChainConfig } from '../config/chains.js';
import { noChainNamed } from '../config/no-such-chain.error.js';
import { type DepositState } from './counting.js';
import { type PaymentStatus } from './lifecycle.js';
import { type UnavailableOption } from './payment.entity.js';

/** Also said of another merchant's payment: that it exists is none of their business. */
export class PaymentNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no payment ${id}`);
  }
}

export class UnknownChainError extends ValidationFailedError {
  override readonly code = 'unknown_chain';

  constructor(name: string, known: readonly ChainConfig[]) {
    super([{ field: 'chain', message: noChainNamed(name, known) }]);
  }
}

/**
 * Nothing was found on a chain that is none: that is a typing error, and no empty list. What was found on one that
 * chains.yaml has no longer is shown.
 * @throws UnknownChainError
 */
export function listedChain(name: string, known: readonly ChainConfig[]): ChainConfig {
  const chain = known.find((one) => one.name === name);
  if (chain === undefined) throw new UnknownChainError(name, known);
  return chain;
}

export class ChainRefusedError extends ValidationFailedError {
  override readonly code = 'chain_not_available';

  constructor(name: string, reasons: string[]) {
    super([
      {
        field: 'chain',
        message: `"${name}" takes no payments until its operator fixes it: ${reasons.join('; ')}`,
      },
    ]);
  }
}

export class TokenNotOfferedError extends ValidationFailedError {
  override readonly code = 'token_not_offered';

  constructor(id: string, why: string) {
    super([{ field: 'token_id', message: `token ${id} ${why}; GET /chains lists the tokens of each chain` }]);
  }
}

/** What the amount of a price is called: of a payment, or a bound of what a link’s visitor may say. */
export type AmountField = 'amount' | 'min' | 'max';

export class PriceRefusedError extends ValidationFailedError {
  override readonly code = 'price_refused';

  constructor(field: AmountField | 'currency' | 'chain', message: string) {
    super([{ field: `price.${field}`, message }]);
  }
}

/** A request asks either for an amount of one asset, or for a price in any. */
export class AmountOrPriceError extends ValidationFailedError {
  override readonly code = 'amount_or_price';

  constructor(field: string) {
    super([
      {
        field,
        message:
          field === 'accept'
            ? 'goes with price: a payment in an amount of one asset is paid in that asset'
            : 'does not go with price: give either price (and accept), or chain, amount and token_id',
      },
    ]);
  }
}

export class AssetNotAcceptedError extends ValidationFailedError {
  override readonly code = 'asset_not_accepted';

  constructor(names: string[]) {
    super([
      {
        field: 'accept',
        message: `names ${names.join(', ')}, which this merchant does not accept: accept of a request narrows what its merchant accepts`,
      },
    ]);
  }
}

/** Nobody can say what any of the assets is worth, or none takes payments. */
export class NotPricedError extends ValidationFailedError {
  override readonly code = 'not_priced';
  override readonly retryable = true;

  constructor(unavailable: readonly UnavailableOption[]) {
    super(
      unavailable.length === 0
        ? [{ field: 'accept', message: 'nothing is accepted: no chain is configured' }]
        : unavailable.map(({ chain, token_id: id, reason }) => ({
            field: id === null ? chain : `${chain}/${id}`,
            message: reason,
          })),
    );
  }
}

/** The process has just started: what was to be paid can be said in a moment. */
export class RatesNotReadError extends DomainError {
  readonly code = 'rates_not_read_yet';
  override readonly retryable = true;
  readonly retryAfterSeconds = 2;

  constructor() {
    super('this process has just started and has no rates yet; send the request again in a moment');
  }
}

export class PaymentNotCancellableError extends DomainError {
  readonly code = 'payment_not_cancellable';

  constructor(id: string, status: PaymentStatus) {
    super(`payment ${id} is ${status} and has received money, or has ended: refund what arrived instead`);
  }
}

export class PaymentNotExtendableError extends DomainError {
  readonly code = 'payment_not_extendable';

  constructor(id: string, status: PaymentStatus) {
    super(`payment ${id} is ${status} and no longer waits for money; make another payment`);
  }
}

/** Nobody is sent where the merchant's operator has not allowed it: a link on our page would lend a stranger its trust. */
export class ReturnUrlRefusedError extends ValidationFailedError {
  override readonly code = 'return_url_refused';

  constructor(field: 'success_url' | 'cancel_url', why: string) {
    super([{ field, message: why }]);
  }
}

export class ExpiryInPastError extends ValidationFailedError {
  override readonly code = 'expiry_in_past';

  constructor() {
    super([{ field: 'expires_at', message: 'must be in the future, and at most 30 days away' }]);
  }
}

/** Also said of another merchant's deposit. */
export class DepositNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no deposit ${id}`);
  }
}

/** What was asked for does not fit what the deposit is by now. */
export class DepositResolvedError extends DomainError {
  readonly code = 'deposit_resolved';

  constructor(id: string, state: keyof typeof WHY_NOT) {
    super(`deposit ${id} ${WHY_NOT[state]}`);
  }
}

const WHY_NOT = {
  counted: 'counts towards its payment already',
  accepted: 'was accepted already, and what was counted stays counted',
  ignored: 'is ignored already',
  orphaned: 'was taken away by a reorganisation; wait until it is mined again',
  refunded: 'goes back, all of it: there is nothing left that could count',
} satisfies Record<Exclude<DepositState, 'unassigned'> | 'refunded', string>;
