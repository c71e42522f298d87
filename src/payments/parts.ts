/**
 * What money in several assets is worth together, exactly. A payment is cut into equal parts, so many that a base unit of
 * each of its options is a whole number of them: sums and comparisons are of integers, and nothing is ever rounded.
 */

import { type GivenBack } from './given-back.js';

/** An exact fraction of positive integers. */
export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

/** Money that came in one of a payment's options. */
export interface Piece {
  /** Base units. */
  amount: bigint;
  /** What a base unit of it is worth of what the option's amount says; null: all of it. */
  factor?: Fraction | null;
}

/** All that came, and went back, in one option. */
export interface Holding<P extends Piece = Piece> {
  /** The whole payment in its asset, in base units. */
  asked: bigint;
  pieces: readonly P[];
  back: GivenBack;
}

/** 100 % in basis points. */
const WHOLE_BPS = 10_000n;

/** How many parts the whole payment has, and how many of them a piece of money is. */
export class Parts {
  readonly whole: bigint;
  private readonly holdings: readonly Holding[];

  constructor(holdings: readonly Holding[]) {
    this.holdings = holdings;
    this.whole = holdings.map(unitsPerWhole).reduce(leastMultiple);
  }

  /** @param option index of the holding that the piece is one of */
  of(option: number, { amount, factor }: Piece): bigint {
    const { asked } = this.holding(option);
    if (!factor) return amount * (this.whole / asked);
    return amount * factor.numerator * (this.whole / (asked * factor.denominator));
  }

  /** What base units of an option are worth on the average of what came: with all of it back, nothing is left. */
  average(option: number, amount: bigint): bigint {
    const { asked, pieces } = this.holding(option);
    if (amount === 0n || !hasFactors(pieces)) return amount * (this.whole / asked);
    const worth = pieces.reduce((sum, piece) => sum + this.of(option, piece), 0n);
    return (amount * worth) / sumOf(pieces);
  }

  /** All that came. */
  came(): bigint {
    return this.holdings.reduce(
      (sum, { pieces }, option) => pieces.reduce((worth, piece) => worth + this.of(option, piece), sum),
      0n,
    );
  }

  /** What goes back of all options together. @param amountOf what of each, in base units */
  allBack(amountOf: (back: GivenBack) => bigint): bigint {
    return this.holdings.reduce((sum, { back }, option) => sum + this.average(option, amountOf(back)), 0n);
  }

  /** What is still missing; nothing where what came, less what went back before it was confirmed, is enough. */
  due(toleranceBps: number): bigint {
    const kept = this.came() - this.allBack(({ beforeConfirmation }) => beforeConfirmation);
    return this.isEnough(kept, toleranceBps) ? 0n : this.whole - kept;
  }

  /** Whether so many parts are the whole payment, less the tolerance. */
  isEnough(parts: bigint, toleranceBps: number): boolean {
    return parts * WHOLE_BPS >= this.whole * (WHOLE_BPS - BigInt(toleranceBps));
  }

  /**
   * Whether so many parts are more than was asked for, by a base unit at least of each asset that came: the rest of a sum
   * cannot be sent more closely than in the units of the asset that it is sent in.
   */
  isTooMuch(parts: bigint): boolean {
    const came = this.holdings.filter(({ pieces }) => pieces.length > 0).map(({ asked }) => asked);
    const coarsest = came.reduce((least, asked) => (asked < least ? asked : least), came[0] ?? 1n);
    return (parts - this.whole) * coarsest >= this.whole;
  }

  /** So many parts in an option's asset, in base units, rounded up. */
  unitsOf(option: number, parts: bigint): bigint {
    return ceilDivided(parts * this.holding(option).asked, this.whole);
  }

  private holding(option: number): Holding {
    return this.holdings[option] as Holding;
  }
}

/** A multiple of what an option's base units, the fractions of its pieces and what goes back of them are counted in. */
function unitsPerWhole({ asked, pieces, back }: Holding): bigint {
  const denominators = new Set(pieces.flatMap(({ factor }) => (factor ? [factor.denominator] : [])));
  if (denominators.size === 0) return asked;
  const units = asked * [...denominators].reduce(leastMultiple);
  return back.refunded + back.promised === 0n ? units : units * sumOf(pieces);
}

function hasFactors(pieces: readonly Piece[]): boolean {
  return pieces.some(({ factor }) => factor);
}

export function sumOf(pieces: readonly Piece[]): bigint {
  return pieces.reduce((sum, { amount }) => sum + amount, 0n);
}

/** Of positive integers. */
export function ceilDivided(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function leastMultiple(a: bigint, b: bigint): bigint {
  return a === b ? a : (a / greatestDivisor(a, b)) * b;
}

/** Euclid's. */
function greatestDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
