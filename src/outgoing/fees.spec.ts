import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bumped, feesFor, feesWithin } from './fees.js';

const price = fc.bigInt({ min: 1n, max: 10n ** 12n });
const quotes = fc.record({ baseFee: fc.option(price), tip: fc.bigInt({ min: 0n, max: 10n ** 12n }) });

describe('fees', () => {
  it('leave nothing of a drained account: what is offered is what is paid', () => {
    expect(feesFor({ baseFee: 100n, tip: 3n }, true)).toEqual({
      maxFeePerGas: 128n,
      maxPriorityFeePerGas: 128n,
    });
  });

  it('are those of a legacy transaction where there is no base fee', () => {
    expect(feesFor({ baseFee: null, tip: 800n }, false)).toEqual({
      maxFeePerGas: 900n,
      maxPriorityFeePerGas: null,
    });
  });

  it('of what an account can pay are never above that', () => {
    fc.assert(
      fc.property(quotes, price, (quote, most) => {
        const fees = feesWithin(quote, most);
        if (fees) expect(fees.maxFeePerGas <= most).toBe(true);
      }),
    );
  });

  it('are bumped by an eighth in both parts, and never above the ceiling', () => {
    fc.assert(
      fc.property(quotes, quotes, fc.boolean(), fc.option(price), (then, now, isDrain, given) => {
        // A chain has a base fee or it has none.
        fc.pre((then.baseFee === null) === (now.baseFee === null));
        const first = feesFor(then, isDrain);
        const ceiling = given ?? undefined;
        const next = bumped(first, first, now, ceiling);
        if (next === null) {
          expect(first.maxFeePerGas * 9n > (ceiling ?? first.maxFeePerGas * 10n) * 8n - 8n).toBe(true);
          return;
        }
        expect(next.maxFeePerGas * 8n >= first.maxFeePerGas * 9n).toBe(true);
        expect(next.maxFeePerGas <= (ceiling ?? first.maxFeePerGas * 10n)).toBe(true);
        expect(next.maxPriorityFeePerGas === null).toBe(first.maxPriorityFeePerGas === null);
        if (next.maxPriorityFeePerGas !== null && first.maxPriorityFeePerGas !== null) {
          expect(next.maxPriorityFeePerGas * 8n >= first.maxPriorityFeePerGas * 9n).toBe(true);
          expect(next.maxPriorityFeePerGas <= next.maxFeePerGas).toBe(true);
        }
      }),
    );
  });

  it('that offered no tip offer one when they are bumped, an eighth of the price at the least', () => {
    const first = feesFor({ baseFee: 800n, tip: 0n }, false);
    expect(first).toEqual({ maxFeePerGas: 1_000n, maxPriorityFeePerGas: 0n });
    expect(bumped(first, first, { baseFee: 800n, tip: 0n }, undefined)).toEqual({
      maxFeePerGas: 1_125n,
      maxPriorityFeePerGas: 125n,
    });
  });
  it('are not held for good by a first one that was far too low: after an hour they double, up to what gas costs', () => {
    const first = feesFor({ baseFee: 300_000_000n, tip: 0n }, false);
    const atCeiling = { maxFeePerGas: first.maxFeePerGas * 10n, maxPriorityFeePerGas: 1n };
    const dear = { baseFee: 20_000_000_000n, tip: 0n };
    const waited = (ms: number, last = atCeiling, quote = dear) =>
      bumped(last, first, quote, undefined, ms)?.maxFeePerGas;
    expect(waited(59 * 60_000)).toBeUndefined();
    expect(waited(3_600_000)).toBe(atCeiling.maxFeePerGas * 2n);
    const later = { maxFeePerGas: atCeiling.maxFeePerGas * 4n, maxPriorityFeePerGas: 1n };
    expect(waited(3_600_000, later)).toBe(25_000_000_000n);
    // Whatever one endpoint makes of its price.
    const absurd = { baseFee: 10n ** 18n, tip: 0n };
    const last = { maxFeePerGas: first.maxFeePerGas * 90n, maxPriorityFeePerGas: 1n };
    expect(waited(3_600_000, last, absurd)).toBeUndefined();
    // Where gas is no dearer than what is offered, its price is not what keeps it.
    expect(waited(3_600_000, atCeiling, { baseFee: 300_000_000n, tip: 0n })).toBeUndefined();
    expect(bumped(atCeiling, first, dear, atCeiling.maxFeePerGas, 3_600_000)).toBeNull();
  });
});
