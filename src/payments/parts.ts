/**
 * What money in several assets is worth together, exactly. A payment is cut into equal parts, so many that a base unit of
 * each of its options is a whole number of them: sums and comparisons are of integers, and nothing is ever rounded.
 */

import { type GivenBack, isBeforeConfirmation, type RefundFact } from './given-back.js';
import { firstOf, lotsOf, takenOf } from './lots.js';

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
  /** In chain order. */
  pieces: readonly P[];
  /** That take anything, each once. */
  refunds: readonly RefundFact[];
  /** Their sums. */
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

  /** What came of an option together. */
  sumOf(option: number, pieces: readonly Piece[] = this.holding(option).pieces): bigint {
    return pieces.reduce((sum, piece) => sum + this.of(option, piece), 0n);
  }

  /** So many base units of an option, the first that came: what is final is among them. */
  first(option: number, amount: bigint): bigint {
    return this.sumOf(option, firstOf(this.holding(option).pieces, amount));
  }

  /** What a base unit of an option is worth of the whole, on the average of what came in it. */
  average(option: number): Fraction {
    const { asked, pieces } = this.holding(option);
    const came = sumOf(pieces);
    if (came === 0n) return { numerator: 1n, denominator: asked };
    return { numerator: this.sumOf(option), denominator: came * this.whole };
  }

  /**
   * What refunds of an option take: money that came in it, each base unit as it counted. So with all of it back nothing is
   * left, and what comes later is worth what it would be without them. More than came is worth what the amount says.
   * @param isMeant which of them; left out: all
   */
  back(option: number, isMeant: (refund: RefundFact) => boolean = () => true): bigint {
    const { pieces, refunds } = this.holding(option);
    const meant = refunds.filter(isMeant);
    if (meant.length === 0) return 0n;
    const { lots, beyond } = takenOf(lotsOf(pieces), meant);
    return this.sumOf(option, lots) + this.of(option, { amount: beyond });
  }

  /** All that came. */
  came(): bigint {
    return this.holdings.reduce((sum, _holding, option) => sum + this.sumOf(option), 0n);
  }

  /** What goes back of all options together. @param isMeant as in `back` */
  allBack(isMeant?: (refund: RefundFact) => boolean): bigint {
    return this.holdings.reduce((sum, _holding, option) => sum + this.back(option, isMeant), 0n);
  }

  /** What is still missing; nothing where what came, less what went back before it was confirmed, is enough. */
  due(toleranceBps: number): bigint {
    const kept = this.came() - this.allBack(isBeforeConfirmation);
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

/** A multiple of what an option's base units, and the fractions of its pieces, are counted in. */
function unitsPerWhole({ asked, pieces }: Holding): bigint {
  const denominators = new Set(pieces.flatMap(({ factor }) => (factor ? [factor.denominator] : [])));
  return [...denominators].reduce((units, one) => leastMultiple(units, asked * one), asked);
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
