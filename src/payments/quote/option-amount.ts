import { type Rational } from '../../rates/rational.js';
import { ceilDivided } from '../parts.js';

/** The largest amount that a chain can hold, and that we can store (78 digits). */
const MOST = 2n ** 256n - 1n;

/**
 * What an option asks for: at least the price's worth, rounded up to so many significant digits of the amount, so that
 * a person can type it; never down. It is less than one such step above what the price is worth exactly.
 * @param price in whole units of its currency
 * @param rate what one whole unit of the asset is worth in that currency; above zero
 * @param decimals of the asset
 * @returns base units of the asset; null: more than a chain can hold
 */
export function optionAmount(
  price: Rational,
  rate: Rational,
  decimals: number,
  significantDigits: number,
): bigint | null {
  const exact = exactAmount(price, rate, decimals);
  const amount = roundUp(exact, significantDigits);
  return amount > MOST ? null : amount;
}

/** As `optionAmount`, without rounding to digits: to the base unit alone, up. */
export function exactAmount(price: Rational, rate: Rational, decimals: number): bigint {
  const numerator = price.numerator * rate.denominator * 10n ** BigInt(decimals);
  return ceilDivided(numerator, price.denominator * rate.numerator);
}

/** In base units: the place of the last digit that is not zero after `roundUp`. */
export function displayStep(amount: bigint, significantDigits: number): bigint {
  const more = amount.toString().length - significantDigits;
  return more <= 0 ? 1n : 10n ** BigInt(more);
}

function roundUp(amount: bigint, significantDigits: number): bigint {
  const step = displayStep(amount, significantDigits);
  return ceilDivided(amount, step) * step;
}
