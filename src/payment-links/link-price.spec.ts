import { describe, expect, it } from '@jest/globals';
import { amountProblem, typedAmount } from './link-price.js';

it.each([
  ['12.50', '12.50'],
  [' 12,5 ', '12.5'],
  ['1 250,00', '1250.00'],
  ['1\u202f250', '1250'],
  ['١٢٫٥٠', '12.50'],
  ['۱۲,۵', '12.5'],
  ['१२', '12'],
  ['0,125', '0.125'],
  // A thousand and more, or one and a part? It is asked again.
  ['1,234', '1,234'],
  ['1,234.50', '1,234.50'],
  ['1.234,50', '1.234,50'],
  ['-1', '-1'],
  ['1e3', '1e3'],
  ['', ''],
])('reads %j as %j', (typed, amount) => {
  expect(typedAmount(typed)).toBe(amount);
});

it('reads no more of what is typed than an amount can have', () => {
  expect(typedAmount('9'.repeat(1_000_000))).toHaveLength(80);
});

describe('an amount', () => {
  const unitsOf = (amount: string) => (/^\d+$/.test(amount) ? BigInt(amount) : null);
  const problemOf = (amount: string, min: string | null, max: string | null) =>
    amountProblem(amount, { currency: 'JPY', chain: null, amount: null, min, max }, unitsOf);

  it('is within its bounds, both included', () => {
    expect(['4', '5', '9', '10'].map((amount) => problemOf(amount, '5', '9'))).toEqual([
      'low',
      null,
      null,
      'high',
    ]);
    expect(problemOf('1', null, '9')).toBeNull();
    expect(problemOf('99', '5', null)).toBeNull();
    expect(problemOf('x', null, null)).toBe('wrong');
  });
});
