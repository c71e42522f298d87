/** What keeps a merchant's key from spending the operator's gas: plain rules, without database or node. */

const WHOLE_BPS = 10_000n;

/** Rough gas of a refund before it is tried: a plain transfer, or a token's with the gas that is sent for it. */
export const ROUGH_GAS = { native: 21_000n, token: 86_000n } as const;

/** Amounts in wei. */
export interface RefundShare {
  /** The most that all of them may cost. */
  mostOfAll: bigint;
  /** What the refunds of the payment (or deposit) have cost so far. */
  paid: bigint;
  /** How many others of them will cost something: as much as the one in question, as far as anybody knows. */
  waiting: number;
}

/** What refunds may cost of what the payment received (or the deposit brought). @param maxBps in basis points */
export function shareOf(worthWei: bigint, maxBps: number): bigint {
  return (worthWei * BigInt(maxBps)) / WHOLE_BPS;
}

/** What one refund may cost, in wei, so that all of them together keep to their share. */
export function mostRefundFee({ mostOfAll, paid, waiting }: RefundShare): bigint {
  const left = mostOfAll - paid;
  return left > 0n ? left / BigInt(waiting + 1) : 0n;
}

/** The beginning of a day by UTC. */
export function startOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
