import { describe, expect, it } from '@jest/globals';
import { type RefundFact } from './given-back.js';
import { lotsFor, MOST_LOTS, takenOf } from './lots.js';

const HALF = { numerator: 1n, denominator: 2n };
const TWICE = { numerator: 2n, denominator: 1n };
const pieces = [
  { amount: 10n, factor: null },
  { amount: 5n, factor: HALF },
  { amount: 3n, factor: TWICE },
];
const money = { pieces, refunds: [] as RefundFact[], final: 18n };

describe('a refund', () => {
  it('takes the last that came at another rate first, and what counted as promised last', () => {
    expect(lotsFor(4n, money)).toEqual([
      { amount: 3n, factor: TWICE },
      { amount: 1n, factor: HALF },
    ]);
    expect(lotsFor(9n, money).at(-1)).toEqual({ amount: 1n, factor: null });
  });

  it('of a deposit takes that one first, and others where it is gone already', () => {
    expect(lotsFor(4n, money, HALF)).toEqual([{ amount: 4n, factor: HALF }]);
    const refunds = [
      { id: '1', amount: 3n, state: 'sent', isAfterConfirmation: false, factor: HALF } as const,
    ];
    expect(lotsFor(4n, { ...money, refunds }, HALF)).toEqual([
      { amount: 2n, factor: HALF },
      { amount: 2n, factor: TWICE },
    ]);
  });

  it('takes nothing that is not final', () => {
    expect(lotsFor(12n, { ...money, final: 12n })).toEqual([
      { amount: 2n, factor: HALF },
      { amount: 10n, factor: null },
    ]);
  });

  it('names a bounded number of lots', () => {
    const specks = Array.from({ length: 3 * MOST_LOTS }, (_one, index) => ({
      amount: 1n,
      factor: { numerator: BigInt(index + 2), denominator: 1n },
    }));
    const final = BigInt(specks.length);
    expect(lotsFor(final, { pieces: specks, refunds: [], final })).toHaveLength(MOST_LOTS);
  });
});

describe('what is taken', () => {
  const lots = pieces.map((piece) => ({ ...piece }));

  it('is what was named, and for what names none, or is not there, what came first', () => {
    const { lots: taken, beyond } = takenOf(lots, [
      { amount: 2n, factor: TWICE },
      { amount: 4n },
      { amount: 7n, factor: { numerator: 9n, denominator: 1n } },
    ]);
    expect(taken.map(({ amount }) => amount)).toEqual([10n, 1n, 2n]);
    expect(beyond).toBe(0n);
  });

  it('is no more than came', () => {
    expect(takenOf(lots, [{ amount: 20n, factor: HALF }]).beyond).toBe(2n);
  });
});
