import { type Transfer } from './transfer.entity.js';

/** How many deposits of one asset of one payment are told of at once: the largest of them. */
export const MOST_TOLD_AT_ONCE = 20;

type Deposit = Pick<Transfer, 'paymentId' | 'chainId' | 'tokenAddress' | 'amount'>;

/**
 * Anybody may send thousands of specks to an address in one transaction, for next to nothing: an event for each would keep
 * the chain, and the receiver of webhooks, busy. What is not told of is found in `GET /deposits` like all others.
 * @returns those to be told of, in the order given
 */
export function toldOf<T extends Deposit>(deposits: readonly T[]): T[] {
  const told = new Set<T>();
  const counts = new Map<string, number>();
  for (const deposit of [...deposits].sort(largestFirst)) {
    const asset = [deposit.paymentId, deposit.chainId, deposit.tokenAddress].join(' ');
    const count = (counts.get(asset) ?? 0) + 1;
    counts.set(asset, count);
    if (count <= MOST_TOLD_AT_ONCE) told.add(deposit);
  }
  return deposits.filter((deposit) => told.has(deposit));
}

function largestFirst(one: Deposit, other: Deposit): number {
  if (one.amount === other.amount) return 0;
  return one.amount > other.amount ? -1 : 1;
}
