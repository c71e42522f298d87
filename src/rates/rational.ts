/** An exact positive or negative fraction: nothing is rounded until somebody asks for digits. */
export interface Rational {
  readonly numerator: bigint;
  /** Above zero. */
  readonly denominator: bigint;
}

/** Of a decimal from outside: more than any price has, and too few to keep a processor busy. */
const MOST_DIGITS = 60;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

export const ONE: Rational = { numerator: 1n, denominator: 1n };

/** In lowest terms. @throws RangeError for a denominator of zero */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new RangeError('a fraction has no denominator of zero');
  const divisor = greatestDivisor(abs(numerator), abs(denominator)) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** @param text digits with at most one point, such as "3500.12" @returns null for any other text */
export function parseDecimal(text: string): Rational | null {
  if (text.length > MOST_DIGITS) return null;
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = ''] = match;
  const digits = BigInt(whole + fraction);
  return rational(sign === '-' ? -digits : digits, 10n ** BigInt(fraction.length));
}

/** @returns below zero where a is less than b, zero where they are equal */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** @throws RangeError where b is zero */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** @throws RangeError for zero */
export function invert(a: Rational): Rational {
  return divide(ONE, a);
}

/** Whether two positive numbers are apart by more than so many 10000ths of the smaller one. */
export function isApart(a: Rational, b: Rational, byBps: number): boolean {
  const [low, high] = compare(a, b) <= 0 ? [a, b] : [b, a];
  // high / low > 1 + bps / 10000, without dividing.
  const highParts = high.numerator * low.denominator * 10_000n;
  return highParts > low.numerator * high.denominator * BigInt(10_000 + byBps);
}

/**
 * For people to read: a decimal with so many significant digits at the most, rounded half up, without trailing zeros.
 * An integer is given whole.
 */
export function toDecimal(a: Rational, significantDigits = 18): string {
  const sign = a.numerator < 0n ? '-' : '';
  const numerator = abs(a.numerator);
  const whole = numerator / a.denominator;
  const decimals =
    whole > 0n
      ? significantDigits - whole.toString().length
      : significantDigits + leadingZeros(numerator, a.denominator);
  const scale = 10n ** BigInt(Math.max(0, decimals));
  const scaled = (numerator * scale * 2n + a.denominator) / (a.denominator * 2n);
  const digits = scaled.toString().padStart(scale.toString().length, '0');
  const point = digits.length - (scale.toString().length - 1);
  const fraction = digits.slice(point).replace(/0+$/, '');
  return `${sign}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * A positive number rounded down to a decimal with so many significant digits: what is made of many of them has a
 * denominator that does not grow with their number.
 */
export function roundedDown({ numerator, denominator }: Rational, significantDigits: number): Rational {
  const whole = numerator / denominator;
  const decimals =
    whole > 0n
      ? significantDigits - whole.toString().length
      : significantDigits + leadingZeros(numerator, denominator);
  const scale = 10n ** BigInt(Math.max(0, decimals));
  return rational((numerator * scale) / denominator, scale);
}

/** Zeros behind the point of a fraction below one, before its first other digit. */
function leadingZeros(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const ratio = denominator / numerator;
  return Math.max(0, ratio.toString().length - 1);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Euclid's. */
function greatestDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger === 0n ? 1n : larger;
}
