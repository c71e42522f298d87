/**
 * What of a payment's money goes back, as the payment has to know it. Facts like those of the chain: a snapshot, so that
 * their order and repeats do not matter.
 */

import { type Fraction } from './parts.js';

export const REFUND_STATES = ['created', 'sent', 'confirmed', 'failed', 'cancelled'] as const;
/**
 * `confirmed`: final by the chain's rule. `failed`, `cancelled`: nothing was moved, and the amount may be refunded again.
 * A reorg may take a refund from `confirmed` or `failed` back to `sent`.
 */
export type RefundState = (typeof REFUND_STATES)[number];

/** A refund of money that counts towards its payment, or several of the same asset, state and factor together. */
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
  /** How the money counted that it takes (`Credit.factor`), as it was settled when it was asked for; left out: it was not. */
  factor?: Fraction | null;
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
  for (const refund of takingRefunds(refunds)) {
    const { amount } = refund;
    if (isRefunded(refund)) sums.refunded += amount;
    else sums.promised += amount;
    if (isBeforeConfirmation(refund)) sums.beforeConfirmation += amount;
  }
  return sums;
}

/** Those that take anything, each once. */
export function takingRefunds(refunds: readonly RefundFact[]): RefundFact[] {
  const distinct = [...new Map(refunds.map((refund) => [refund.id, refund])).values()];
  return distinct.filter(({ state }) => state !== 'failed' && state !== 'cancelled');
}

/** It is final. */
export function isRefunded({ state }: RefundFact): boolean {
  return state === 'confirmed';
}

/** What is due has to be covered without it. */
export function isBeforeConfirmation({ isAfterConfirmation }: RefundFact): boolean {
  return !isAfterConfirmation;
}
