/** What keeps a merchant's key from spending the operator's gas: plain rules, without database or node. */

const WHOLE_BPS = 10_000n;

/** Rough gas of a refund before it is tried: a plain transfer, or a token's with the gas that is sent for it. */
export const ROUGH_GAS = { native: 21_000n, token: 86_000n } as const;

export interface RefundCost {
  /** Wei that the refunds of the payment (or deposit) cost, or will: those there are and the one in question. */
  feesWei: bigint;
  /** What the payment received (or the deposit brought) is worth, in wei; null: nobody has said. */
  worthWei: bigint | null;
  /** The most that the one may be of the other, in basis points. */
  maxBps: number;
}

/** Whether refunds cost more gas than the operator spends on them. What nobody has put a price on is not compared. */
export function isTooDear({ feesWei, worthWei, maxBps }: RefundCost): boolean {
  return worthWei !== null && feesWei * WHOLE_BPS > worthWei * BigInt(maxBps);
}

/** The beginning of a day by UTC. */
export function startOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
