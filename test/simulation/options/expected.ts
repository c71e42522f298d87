import {
  areApart,
  ceil,
  decimal,
  floor,
  type Fraction,
  fraction,
  isLess,
  minus,
  over,
  plus,
  sum,
  times,
  WHOLE,
  ZERO,
} from './fraction.js';
import { type Arrival } from './chain-blocks.js';
import { type SimulatedAsset } from './priced-chain.js';
import { type RateHistory } from './rate-history.js';

/** LATE_RATE_MAX_MOVE_BPS. */
const LATE_MOVE_BPS = 200;
/** Significant digits of an amount. */
const DIGITS = 6;

/** One of a payment's options, as the merchant was told of it. */
export interface KnownOption {
  asset: SimulatedAsset;
  amount: bigint;
  /** Of one whole unit in the price's currency; null: nothing was asked, or there is no price. */
  rate: Fraction | null;
}

/** A payment as the merchant remembers it. */
export interface Known {
  id: string;
  /** Lower-case. */
  address: string;
  options: readonly KnownOption[];
  /** In whole units; null: it was asked for in an asset. */
  price: { amount: Fraction; currency: string; digits: number } | null;
  toleranceBps: number;
  /** Ms. */
  expiresAtMs: number;
  /** All that ever was deep enough, on any branch, by chain: the most that it may have been taken for. */
  deepest: Map<number, Fraction>;
  /** A reorg may have taken what had been confirmed, and `failed` is right. */
  mayHaveFailed: boolean;
  /** The least that a reorg has left of what may have been confirmed; null: none has left less. */
  leastLeft: Fraction | null;
  /** When its merchant cancelled it, ms; null: it was not. */
  cancelledAtMs: number | null;
}

export type WhyNot = 'wrong_chain' | 'wrong_asset' | 'after_watch' | 'payment_cancelled' | 'rate_unknown';

/** What money is to a payment. */
export interface Judged {
  arrival: Arrival;
  /** Null: it counts. */
  whyNot: WhyNot | null;
  /** Index of its option; -1: none. */
  option: number;
  /** Of the whole payment; of what does not count, what it would be at the promised rate. */
  part: Fraction;
}

export interface Expected {
  judged: Judged[];
  counted: Judged[];
  /** Of the whole. */
  received: Fraction;
  status: 'pending' | 'partially_paid' | 'confirmed' | 'expired' | 'cancelled';
  exception: 'overpaid' | 'late' | 'underpaid' | null;
  /** Base units by option. */
  amounts: bigint[];
  due: bigint[];
  /** Index of the option that a payment shows as its own. */
  shown: number;
  /** Minor units. */
  price: { received: bigint; due: bigint } | null;
}

export interface Circumstances {
  rates: RateHistory;
  lateWatchSeconds: number;
  /** Deposits that the merchant accepted, by `creditOf`. */
  accepted: ReadonlySet<string>;
  /** By chain id, of the last block, in seconds. */
  headTimes: ReadonlyMap<number, number>;
}

/** What a deposit is called, wherever it is mined. */
export function creditOf(
  chainId: number,
  { txHash, ordinal, kind }: { txHash: string; ordinal: number; kind: string },
): string {
  return `${chainId} ${txHash} ${ordinal} ${kind}`;
}

/** What an option has to ask for: the price at its rate, rounded up to the base unit and then to six digits. */
export function askedFor(price: Fraction, rate: Fraction, decimals: number): bigint {
  const exact = ceil(times(over(price, rate), fraction(10n ** BigInt(decimals))));
  const step = 10n ** BigInt(Math.max(0, exact.toString().length - DIGITS));
  return ceil(fraction(exact, step)) * step;
}

/** What each piece of money is to the payment whose address it came to. */
export function judge(known: Known, all: readonly Arrival[], by: Circumstances): Judged[] {
  return all.filter(({ to }) => to === known.address).map((arrival) => judgeOne(known, arrival, by));
}

function judgeOne(known: Known, arrival: Arrival, by: Circumstances): Judged {
  const { options, expiresAtMs } = known;
  const option = options.findIndex(({ asset }) => asset === arrival.asset);
  if (option < 0) {
    const isHere = options.some(({ asset }) => asset.chain === arrival.asset.chain);
    return { arrival, whyNot: isHere ? 'wrong_asset' : 'wrong_chain', option, part: ZERO };
  }
  const { amount, rate } = options[option] as KnownOption;
  const part = fraction(arrival.amount, amount);
  const isAccepted = by.accepted.has(creditOf(arrival.asset.chain.chainId, arrival));
  const lateMs = arrival.blockTime * 1_000 - expiresAtMs;
  if (lateMs > by.lateWatchSeconds * 1_000)
    return { arrival, whyNot: isAccepted ? null : 'after_watch', option, part };
  if (known.cancelledAtMs !== null && arrival.blockTime * 1_000 > known.cancelledAtMs)
    return { arrival, whyNot: isAccepted ? null : 'payment_cancelled', option, part };
  if (lateMs <= 0 || rate === null || known.price === null) return { arrival, whyNot: null, option, part };
  const then = by.rates.worth(arrival.asset.symbol, known.price.currency, arrival.blockTime);
  if (then === null) return { arrival, whyNot: isAccepted ? null : 'rate_unknown', option, part };
  const isNear = !areApart(rate, then, LATE_MOVE_BPS);
  // As written with 18 digits.
  const market = decimal(then, 18);
  return { arrival, whyNot: null, option, part: isNear ? part : times(part, over(market, rate)) };
}

/** Of the whole, what goes back, or has gone. */
export interface Back {
  all: Fraction;
  /** What of it was asked for before the payment was confirmed. */
  beforeConfirmation: Fraction;
}

const NOTHING_BACK: Back = { all: ZERO, beforeConfirmation: ZERO };

/** What must have become of a payment, by what is on the chains when everything is deep enough. */
export function expected(
  known: Known,
  all: readonly Arrival[],
  by: Circumstances,
  back: Back = NOTHING_BACK,
): Expected {
  const judged = judge(known, all, by);
  const counted = judged.filter(({ whyNot }) => whyNot === null);
  const received = sum(counted.map(({ part }) => part));
  const kept = minus(received, back.beforeConfirmation);
  const hasLate = counted.some(({ arrival }) => isLate(known, arrival));
  const closesAtMs = known.expiresAtMs + (hasLate ? by.lateWatchSeconds * 1_000 : 0);
  const isOver = known.options.every(
    ({ asset }) => (by.headTimes.get(asset.chain.chainId) as number) * 1_000 > closesAtMs,
  );
  const isPaid = isEnough(kept, known);
  const missing = isPaid ? ZERO : minus(WHOLE, kept);
  const worths = known.options.map((_one, index) =>
    sum(counted.filter(({ option }) => option === index).map(({ part }) => part)),
  );
  return {
    judged,
    counted,
    received,
    status: statusOf(known, isPaid, isOver, counted.length === 0),
    exception: exceptionOf(known, counted, back, isOver, hasLate),
    amounts: known.options.map((_one, index) =>
      counted
        .filter(({ option }) => option === index)
        .reduce((total, { arrival }) => total + arrival.amount, 0n),
    ),
    due: known.options.map(({ amount }) => ceil(times(missing, fraction(amount)))),
    shown: largest(worths),
    price: known.price && {
      received: floor(times(received, inMinorUnits(known.price))),
      due: ceil(times(missing, inMinorUnits(known.price))),
    },
  };
}

function statusOf(
  { cancelledAtMs }: Known,
  isPaid: boolean,
  isOver: boolean,
  isEmpty: boolean,
): Expected['status'] {
  if (isPaid) return 'confirmed';
  if (isEmpty && cancelledAtMs !== null) return 'cancelled';
  if (isOver) return 'expired';
  return isEmpty ? 'pending' : 'partially_paid';
}

export function isEnough(part: Fraction, { toleranceBps }: Pick<Known, 'toleranceBps'>): boolean {
  return !isLess(part, fraction(BigInt(10_000 - toleranceBps), 10_000n));
}

function inMinorUnits({ amount, digits }: NonNullable<Known['price']>): Fraction {
  return times(amount, fraction(10n ** BigInt(digits)));
}

function isLate({ expiresAtMs }: Known, { blockTime }: Arrival): boolean {
  return blockTime * 1_000 > expiresAtMs;
}

/** The first of the largest; of none that is above zero the first of all. */
function largest(worths: readonly Fraction[]): number {
  return worths.reduce((most, one, index) => (isLess(worths[most] as Fraction, one) ? index : most), 0);
}

function exceptionOf(
  known: Known,
  counted: readonly Judged[],
  back: Back,
  isOver: boolean,
  hasLate: boolean,
): Expected['exception'] {
  if (counted.length === 0) return null;
  // Too much is a base unit more, of the asset that has the coarsest of those that came.
  const coarsest = counted
    .map(({ option }) => (known.options[option] as KnownOption).amount)
    .reduce((least, amount) => (amount < least ? amount : least));
  const left = minus(sum(counted.map(({ part }) => part)), back.all);
  if (!isLess(minus(left, WHOLE), fraction(1n, coarsest))) return 'overpaid';
  let so = minus(ZERO, back.beforeConfirmation);
  for (const { arrival, part } of [...counted].sort((a, b) => a.arrival.blockTime - b.arrival.blockTime)) {
    so = plus(so, part);
    if (isEnough(so, known)) return isLate(known, arrival) ? 'late' : null;
  }
  if (!isLess(ZERO, left)) return null;
  if (isOver) return 'underpaid';
  return hasLate ? 'late' : null;
}
