import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare, divide, invert, isApart, multiply, parseDecimal, rational, toDecimal } from './rational.js';

const positive = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 40n }), fc.bigInt({ min: 1n, max: 10n ** 40n }))
  .map(([numerator, denominator]) => rational(numerator, denominator));

describe('parseDecimal', () => {
  it.each([
    ['3500.12', 87503n, 25n],
    ['0.5', 1n, 2n],
    ['007', 7n, 1n],
    ['-1.50', -3n, 2n],
    ['0.000000000000000001', 1n, 10n ** 18n],
  ])('reads %s exactly', (text, numerator, denominator) => {
    expect(parseDecimal(text)).toEqual({ numerator, denominator });
  });

  it.each(['', '.', '1.', '.5', '1,5', '1e3', '+1', ' 1', '1 ', '0x10', 'NaN', '١', '1.2.3', '9'.repeat(61)])(
    'reads no number in %j',
    (text) => expect(parseDecimal(text)).toBeNull(),
  );
});

describe('a fraction', () => {
  it('loses nothing on the way there and back', () => {
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        expect(divide(multiply(a, b), b)).toEqual(a);
        expect(invert(invert(a))).toEqual(a);
      }),
    );
  });

  it('is apart from another where their ratio is above the bound, and at the bound it is not', () => {
    const one = rational(10_000n);
    expect(isApart(one, rational(10_150n), 150)).toBe(false);
    expect(isApart(rational(10_150n), one, 150)).toBe(false);
    expect(isApart(one, rational(101_500_001n, 10_000n), 150)).toBe(true);
    expect(isApart(one, rational(10_151n), 150)).toBe(true);
  });

  it('has no denominator of zero', () => {
    expect(() => rational(1n, 0n)).toThrow(RangeError);
    expect(() => invert(rational(0n))).toThrow(RangeError);
  });
});

describe('toDecimal', () => {
  it.each([
    [rational(350_012n, 100n), 18, '3500.12'],
    [rational(1n, 3n), 6, '0.333333'],
    [rational(2n, 3n), 6, '0.666667'],
    [rational(1n, 3_000_000n), 3, '0.000000333'],
    [rational(123_456_789n), 3, '123456789'],
    [rational(0n), 6, '0'],
    [rational(-3n, 2n), 6, '-1.5'],
    [rational(999_999n, 1_000_000n), 3, '1'],
  ])('%# writes it for people', (value, digits, text) => expect(toDecimal(value, digits)).toBe(text));

  it('is within half a unit of its last digit', () => {
    fc.assert(
      fc.property(positive, (value) => {
        const back = parseDecimal(toDecimal(value, 12));
        if (back !== null && back.numerator > 0n && compare(back, value) !== 0)
          expect(isApart(back, value, 1)).toBe(false);
      }),
    );
  });
});
