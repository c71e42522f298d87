import { type Confirmations } from '../config/chains.js';
import { type BlockMoney } from '../payments/refund-subjects.js';

/** What was given back of a payment's money in one asset, beside what came. Base units. */
export interface PaidBack {
  /** Whoever paid it. */
  all: bigint;
  /** The part of it that the payout account paid, which no reorg gives back to it. */
  byPayout: bigint;
  /** What came, and is there. */
  there: bigint;
  /** The part of that which is in the latest blocks. */
  latest: readonly BlockMoney[];
}

/** Which tier of confirmations the payout account would pay more than. */
export interface TooShallow {
  /** What goes back of money that is less deep. */
  sum: bigint;
  /** How deep it has to be for that. */
  blocks: number;
}

type Tiers = Extract<Confirmations, { kind: 'blocks' }>['tiers'];

/**
 * The payout account pays with its own money, and has that of several payments in its place. A reorg takes all that came in
 * the blocks that it replaces, and leaves what was paid back: one that is less deep than a tier asks for must not take more
 * than what the tier below it is for, however many payments it is spread over.
 * @param own of the payment that something is to go back of, with that
 * @param head the last scanned block that no endpoint disputes
 * @returns null: what is the payment's own is as deep as it has to be
 */
export function tooShallow(
  own: PaidBack,
  others: readonly PaidBack[],
  tiers: Tiers,
  head: number,
): TooShallow | null {
  for (const [index, { blocks }] of tiers.entries()) {
    const below = head - blocks + 1;
    const ownLoss = lossAbove(own, below);
    if (ownLoss === 0n) continue;
    const sum = others.reduce((all, one) => all + lossAbove(one, below), ownLoss);
    if (sum > (tiers[index - 1]?.upTo ?? 0n)) return { sum, blocks };
  }
  return null;
}

/** Whether no reorg that is less deep than any tier takes money that goes back from the payout account. */
export function losesNothing(own: PaidBack, tiers: Tiers, head: number): boolean {
  return tiers.every(({ blocks }) => lossAbove(own, head - blocks + 1) === 0n);
}

/** What is lost when all blocks above one are replaced, and was not before. */
function lossAbove(paid: PaidBack, block: number): bigint {
  const taken = paid.latest
    .filter(({ blockNumber }) => blockNumber > block)
    .reduce((sum, { amount }) => sum + amount, 0n);
  return lossWith(paid, paid.there - taken) - lossWith(paid, paid.there);
}

/** What other addresses gave back is gone with what came to them. */
function lossWith({ all, byPayout }: PaidBack, left: bigint): bigint {
  const lacking = all > left ? all - left : 0n;
  return lacking < byPayout ? lacking : byPayout;
}
