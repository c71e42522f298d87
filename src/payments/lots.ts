/**
 * Which of an option's money goes back. A lot is money that counted alike: all that came by the promised rate, and each sum
 * that came by another. A refund names the lots it takes when it is asked for, so that nothing that comes later changes what
 * it took; what is kept is worth what it would be had the money that went back never come.
 */

import { type RefundFact } from './given-back.js';
import { type Fraction, type Piece } from './parts.js';

/** Base units that counted by one factor; null: by what the option's amount says. */
export interface Lot {
  amount: bigint;
  factor: Fraction | null;
}

/** So many lots are named by a refund: anybody may send specks, each at another rate. The rest of it names none. */
export const MOST_LOTS = 100;

/** The first that came first. @param pieces in chain order */
export function lotsOf(pieces: readonly Piece[]): Lot[] {
  const lots = new Map<string, Lot>();
  for (const { amount, factor = null } of pieces) {
    const lot = lots.get(nameOf(factor)) ?? { amount: 0n, factor };
    lot.amount += amount;
    lots.set(nameOf(factor), lot);
  }
  return [...lots.values()];
}

/**
 * What refunds take: of each lot what was named, as far as it is there. For what names none, and for what is not there
 * since a reorg had it mined at another rate, the first that came.
 * @returns in the order of the lots, and what is more than came
 */
export function takenOf(
  lots: readonly Lot[],
  refunds: readonly Pick<RefundFact, 'amount' | 'factor'>[],
): { lots: Lot[]; beyond: bigint } {
  const named = new Map<string, bigint>();
  let unnamed = 0n;
  for (const { amount, factor } of refunds) {
    if (factor === undefined) unnamed += amount;
    else named.set(nameOf(factor), (named.get(nameOf(factor)) ?? 0n) + amount);
  }
  const taken = lots.map(({ amount, factor }) => {
    const some = least(named.get(nameOf(factor)) ?? 0n, amount);
    named.set(nameOf(factor), (named.get(nameOf(factor)) ?? 0n) - some);
    return { amount: some, factor };
  });
  for (const missing of named.values()) unnamed += missing;
  taken.forEach((lot, index) => {
    const some = least(unnamed, (lots[index] as Lot).amount - lot.amount);
    lot.amount += some;
    unnamed -= some;
  });
  return { lots: taken, beyond: unnamed };
}

/**
 * What a new refund takes. What was sent by another rate than the promised one goes back first, the last that came before
 * the others, and of a deposit its own: what was paid in time is kept longest.
 * @param money all that came, in chain order, what of it goes back already, and so many base units, the first, are final
 * @param own how the deposit counted that goes back; left out: it is none in particular
 * @returns what it names; less than the amount where more is asked for than is there, or of too many lots
 */
export function lotsFor(
  amount: bigint,
  money: { pieces: readonly Piece[]; refunds: readonly RefundFact[]; final: bigint },
  own?: Fraction | null,
): Lot[] {
  const { lots: taken } = takenOf(lotsOf(money.pieces), money.refunds);
  const final = new Map(
    lotsOf(firstOf(money.pieces, money.final)).map((lot) => [nameOf(lot.factor), lot.amount]),
  );
  const there = taken
    .map(({ amount: gone, factor }) => ({ amount: (final.get(nameOf(factor)) ?? 0n) - gone, factor }))
    .filter((lot) => lot.amount > 0n);
  const isOwn = ({ factor }: Lot) => own !== undefined && nameOf(factor) === nameOf(own);
  const isPromised = ({ factor }: Lot) => factor === null;
  const others = there.filter((lot) => !isOwn(lot)).reverse();
  const inOrder = [
    ...there.filter(isOwn),
    ...others.filter((lot) => !isPromised(lot)),
    ...others.filter(isPromised),
  ];
  let rest = amount;
  const named: Lot[] = [];
  for (const { amount: most, factor } of inOrder.slice(0, MOST_LOTS)) {
    const some = least(rest, most);
    rest -= some;
    if (some > 0n) named.push({ amount: some, factor });
  }
  return named;
}

/** So many base units, the first that came. */
export function firstOf(pieces: readonly Piece[], amount: bigint): Piece[] {
  let rest = amount;
  return pieces.map(({ amount: most, factor }) => {
    const some = least(rest, most);
    rest -= some;
    return { amount: some, factor };
  });
}

function nameOf(factor: Fraction | null): string {
  return factor === null ? '' : `${factor.numerator}/${factor.denominator}`;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
