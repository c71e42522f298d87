/** An exact number, in arithmetic that is not the product's. */
export interface Fraction {
  top: bigint;
  /** Above zero. */
  bottom: bigint;
}

export const ZERO: Fraction = { top: 0n, bottom: 1n };
export const WHOLE: Fraction = { top: 1n, bottom: 1n };

export function fraction(top: bigint | string, bottom: bigint | string = 1n): Fraction {
  return { top: BigInt(top), bottom: BigInt(bottom) };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom };
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, { top: -b.top, bottom: b.bottom });
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.top, bottom: a.bottom * b.bottom };
}

/** @param b above zero */
export function over(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.bottom, bottom: a.bottom * b.top };
}

export function isLess(a: Fraction, b: Fraction): boolean {
  return a.top * b.bottom < b.top * a.bottom;
}

export function isEqual(a: Fraction, b: Fraction): boolean {
  return a.top * b.bottom === b.top * a.bottom;
}

export function sum(all: readonly Fraction[]): Fraction {
  return all.reduce(plus, ZERO);
}

export function floor({ top, bottom }: Fraction): bigint {
  return top >= 0n ? top / bottom : -((-top + bottom - 1n) / bottom);
}

export function ceil({ top, bottom }: Fraction): bigint {
  return -floor({ top: -top, bottom });
}

/** Whether the larger of two is more than so many 10000ths above the smaller. */
export function areApart(a: Fraction, b: Fraction, bps: number): boolean {
  const [low, high] = isLess(a, b) ? [a, b] : [b, a];
  return isLess(times(low, { top: BigInt(10_000 + bps), bottom: 10_000n }), high);
}

/** The largest decimal of so many digits, its leading zeros not counted, that is not above it; an integer in full. */
export function decimal(a: Fraction, digits: number): Fraction {
  let bottom = 1n;
  while (floor(times(a, fraction(bottom * 10n))) < 10n ** BigInt(digits)) bottom *= 10n;
  return fraction(floor(times(a, fraction(bottom))), bottom);
}
