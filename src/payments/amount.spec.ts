import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAmount } from './amount.js';

describe('parseAmount', () => {
  it('reads every amount a chain can hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }), (amount) => {
        expect(parseAmount(amount.toString())).toBe(amount);
      }),
    );
  });

  it('reads a JSON number that lost no digits', () => {
    expect(parseAmount(1)).toBe(1n);
    expect(parseAmount(Number.MAX_SAFE_INTEGER)).toBe(2n ** 53n - 1n);
  });

  it.each([
    [0, /above zero/],
    ['0', /above zero/],
    [-1, /above zero/],
    ['-5', /above zero/],
    [0.5, /fraction/],
    ['1.5', /fraction/],
    ['1,5', /fraction/],
    [2 ** 53, /2\^53−1.*string/],
    [1e30, /2\^53−1.*string/],
    [(2n ** 256n).toString(), /2\^256−1/],
    ['9'.repeat(200_000), /2\^256−1/],
    ['1e18', /digits/],
    ['0x10', /digits/],
    [' 1', /digits/],
    ['', /digits/],
    ['１', /digits/],
    ['007', /start with a zero/],
    [null, /string of digits/],
    [true, /string of digits/],
    [['1'], /string of digits/],
    [{}, /string of digits/],
  ])('refuses %p and says why', (given, why) => {
    expect(parseAmount(given)).toMatch(why);
  });
});
