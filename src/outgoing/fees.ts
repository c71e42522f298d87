import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type ChainConfig } from '../config/chains.js';

/** What a transaction offers, wei per gas. */
export interface Fees {
  /** Of a legacy transaction its gas price. */
  maxFeePerGas: bigint;
  /** Null: a legacy transaction. */
  maxPriorityFeePerGas: bigint | null;
}

/** What a transaction costs at the most besides its gas, in wei: nothing, but on the OP stack. */
export interface DataReserve {
  /** What an account must have to send it. */
  least: bigint;
  /** What is held back or sent for it, so that what the chain below costs may rise meanwhile. */
  roomy: bigint;
}

/** What nodes want at the least to replace a transaction: geth 10 %, others an eighth. */
const BUMP = { numerator: 9n, denominator: 8n };
/** Room for the base fee to grow: an eighth a block at the most (EIP-1559), so two full blocks. */
const ROOM = { numerator: 5n, denominator: 4n };
/** Without a ceiling of the operator's, a fee is raised to so many times the first one at the most. */
const MOST_BUMPED = 10n;
/**
 * The first one may have been far too low, as by a node's old word. What is not mined for so long at ten times of it is
 * raised to what gas costs, in steps of no more than twice the last one.
 */
const RAISED_BEYOND_AFTER_MS = 60 * 60_000;
const MOST_BEYOND = 2n;
/** Whatever an endpoint says that gas costs, no more than so many times the first price is offered of our own accord. */
const MOST_OF_ALL = 100n;
/**
 * A first price below this says nothing of what gas costs, as where a node knew of no tips and there is no base fee: the
 * multiples are then of what gas costs now, up to so much. Wei per gas.
 */
const SAYS_NOTHING = 1_000_000n;
const MOST_BELIEVED_NOW = 1_000_000_000n;

/** Wei: dear gas for a usual token on Ethereum, and far less than a price that is a thousand times too high comes to. */
const MOST_UNPRICED_FEE = 50_000_000_000_000_000n;

/** What a sweep or a refund may cost, in wei, whose money nobody has put a price on. */
export function mostUnpricedFee({ sweep }: Pick<ChainConfig, 'sweep'>): bigint {
  return sweep.maxFee ?? MOST_UNPRICED_FEE;
}

/**
 * @param isDrain the transaction empties its account: it pays its whole fee, so that nothing is left of it, where
 * others get back what the base fee leaves
 */
export function feesFor({ baseFee, tip }: GasQuote, isDrain: boolean): Fees {
  if (baseFee === null) return { maxFeePerGas: times(tip, BUMP), maxPriorityFeePerGas: null };
  const maxFeePerGas = times(baseFee, ROOM) + tip;
  return { maxFeePerGas, maxPriorityFeePerGas: isDrain ? maxFeePerGas : tip };
}

/** @param fee the L1 data fee by today's price, with the operator's, in wei. That price moves as a base fee does: an eighth a block. */
export function dataReserve(fee: bigint): DataReserve {
  return { least: times(fee, BUMP), roomy: times(fee, ROOM) };
}

/** What is paid per gas, as far as it is known before; to compare with limits. */
export function expectedPrice({ baseFee, tip }: GasQuote): bigint {
  return (baseFee ?? 0n) + tip;
}

/**
 * Fees of an account that can pay no more than `most` per gas.
 * @param taken what the chain has taken a moment ago: less than what it is said to want now will do as well
 * @returns null when that may not be mined soon
 */
export function feesWithin(quote: GasQuote, most: bigint, taken: Fees | null = null): Fees | null {
  const wanted = feesFor(quote, false);
  if (wanted.maxFeePerGas <= most) return wanted;
  if (quote.baseFee === null) {
    const isTaken = taken?.maxPriorityFeePerGas === null && taken.maxFeePerGas <= most;
    return isTaken ? { maxFeePerGas: most, maxPriorityFeePerGas: null } : null;
  }
  const tip = min(quote.tip, taken?.maxPriorityFeePerGas ?? quote.tip);
  const least = times(quote.baseFee, BUMP) + tip;
  return most < least ? null : { maxFeePerGas: most, maxPriorityFeePerGas: tip };
}

/**
 * Fees that replace a transaction's: an eighth more at least, and no less than gas costs now.
 * @param first of the first attempt
 * @param ceiling the operator's; undefined: ten times the first, and up to a hundred where that was not mined in an hour
 * @param waitedMs since the last was signed
 * @returns null when that would be above the ceiling
 */
export function bumped(
  last: Fees,
  first: Fees,
  quote: GasQuote,
  ceiling: bigint | undefined,
  waitedMs = 0,
): Fees | null {
  const isDrain = last.maxPriorityFeePerGas === last.maxFeePerGas;
  const market = feesFor(quote, isDrain);
  const beyond =
    waitedMs < RAISED_BEYOND_AFTER_MS ? 0n : min(market.maxFeePerGas, last.maxFeePerGas * MOST_BEYOND);
  const base = baseOf(first, market);
  const most = ceiling ?? max(base * MOST_BUMPED, min(beyond, base * MOST_OF_ALL));
  // The same bytes are never signed twice.
  const least = max(roundedUp(last.maxFeePerGas), 1n);
  if (least > most) return null;
  const maxFeePerGas = min(max(least, market.maxFeePerGas), most);
  if (last.maxPriorityFeePerGas === null) return { maxFeePerGas, maxPriorityFeePerGas: null };
  if (isDrain) return { maxFeePerGas, maxPriorityFeePerGas: maxFeePerGas };
  const { maxPriorityFeePerGas: lastTip } = last;
  // Nodes that have seen no tips say that none is needed (reth, its issue 24181); what is not mined without one gets one.
  const raised =
    lastTip === 0n ? maxFeePerGas - (maxFeePerGas * BUMP.denominator) / BUMP.numerator : roundedUp(lastTip);
  const tip = max(raised, market.maxPriorityFeePerGas ?? 0n);
  return { maxFeePerGas, maxPriorityFeePerGas: min(tip, maxFeePerGas) };
}

/** What replacements are held to a multiple of. */
function baseOf({ maxFeePerGas: first }: Fees, { maxFeePerGas: now }: Fees): bigint {
  return first >= SAYS_NOTHING ? first : max(first, min(now, MOST_BELIEVED_NOW));
}

function roundedUp(price: bigint): bigint {
  return (price * BUMP.numerator + BUMP.denominator - 1n) / BUMP.denominator;
}

function times(price: bigint, { numerator, denominator }: typeof ROOM): bigint {
  return (price * numerator) / denominator;
}

export function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

export function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
