/**
 * What of a payment's money goes back, as the payment has to know it. Facts like those of the chain: a snapshot, so that
 * their order and repeats do not matter.
 */

export const REFUND_STATES = ['created', 'sent', 'confirmed', 'failed', 'cancelled'] as const;
/**
 * `confirmed`: final by the chain's rule. `failed`, `cancelled`: nothing was moved, and the amount may be refunded again.
 * A reorg may take a refund from `confirmed` or `failed` back to `sent`.
 */
export type RefundState = (typeof REFUND_STATES)[number];

/** A refund of money that counts towards its payment, or several of the same asset and state together. */
export interface RefundFact {
  /** The same fact is given once, however often it is told. */
  id: string;
  /** Base units of its asset. */
  amount: bigint;
  state: RefundState;
  /** It was asked for when the payment was confirmed already: the sale had been made, and stays made. */
  isAfterConfirmation: boolean;
  /** Index of the payment's option that it is money of; left out: the first. */
  option?: number;
}

/** Sums in base units of the payment's asset. */
export interface GivenBack {
  /** Final. */
  refunded: bigint;
  /** Asked for or on its way. */
  promised: bigint;
  /** Of both, what was asked for before the payment was confirmed: what is due has to be covered without it. */
  beforeConfirmation: bigint;
}

export function givenBack(refunds: readonly RefundFact[]): GivenBack {
  const sums: GivenBack = { refunded: 0n, promised: 0n, beforeConfirmation: 0n };
  for (const { state, amount, isAfterConfirmation } of distinct(refunds)) {
    if (state === 'failed' || state === 'cancelled') continue;
    if (state === 'confirmed') sums.refunded += amount;
    else sums.promised += amount;
    if (!isAfterConfirmation) sums.beforeConfirmation += amount;
  }
  return sums;
}

function distinct(refunds: readonly RefundFact[]): RefundFact[] {
  return [...new Map(refunds.map((refund) => [refund.id, refund])).values()];
}
