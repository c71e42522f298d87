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

  it('are what gas for it was just mined at, where an account cannot pay what is wanted now', () => {
    const quote = { baseFee: 800n, tip: 1_000n };
    const taken = { maxFeePerGas: 1_003n, maxPriorityFeePerGas: 3n };
    expect(feesWithin(quote, 1_003n)).toBeNull();
    expect(feesWithin(quote, 1_003n, taken)).toEqual({ maxFeePerGas: 1_003n, maxPriorityFeePerGas: 3n });
    // With what is wanted now, where it can: and never with more than that.
    expect(feesWithin(quote, 2_000n, taken)).toEqual(feesFor(quote, false));
    expect(feesWithin(quote, 1_950n, { ...taken, maxPriorityFeePerGas: 5_000n })).toEqual({
      maxFeePerGas: 1_950n,
      maxPriorityFeePerGas: 1_000n,
    });
    // Below the base fee, with the room that it may need in the next block, nothing is mined.
    expect(feesWithin({ baseFee: 900n, tip: 1_000n }, 1_003n, taken)).toBeNull();
  });

  it('of a legacy transaction are what gas for it was just mined at', () => {
    const quote = { baseFee: null, tip: 1_000n };
    const taken = { maxFeePerGas: 90n, maxPriorityFeePerGas: null };
    expect(feesWithin(quote, 90n, taken)).toEqual(taken);
    expect(feesWithin(quote, 89n, taken)).toBeNull();
    expect(feesWithin(quote, 90n)).toBeNull();
    expect(feesWithin(quote, 90n, { maxFeePerGas: 90n, maxPriorityFeePerGas: 3n })).toBeNull();
  });

  it('are bumped by an eighth in both parts, and never above the ceiling', () => {
    fc.assert(
      fc.property(quotes, quotes, fc.boolean(), fc.option(price), (then, now, isDrain, given) => {
        // A chain has a base fee or it has none.
        fc.pre((then.baseFee === null) === (now.baseFee === null));
        const first = feesFor(then, isDrain);
        const ceiling = given ?? undefined;
        const next = bumped(first, first, now, ceiling);
        // One of less than a thousandth of a gwei is no measure: what gas costs now is, up to a gwei.
        const costs = feesFor(now, isDrain).maxFeePerGas;
        const believed = costs < 10n ** 9n ? costs : 10n ** 9n;
        const isMeasure = first.maxFeePerGas >= 10n ** 6n || first.maxFeePerGas > believed;
        const most = ceiling ?? (isMeasure ? first.maxFeePerGas : believed) * 10n;
        if (next === null) {
          expect(first.maxFeePerGas * 9n > most * 8n - 8n).toBe(true);
          return;
        }
        expect(next.maxFeePerGas > first.maxFeePerGas).toBe(true);
        expect(next.maxFeePerGas * 8n >= first.maxFeePerGas * 9n).toBe(true);
        expect(next.maxFeePerGas <= most).toBe(true);
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

  it.each([
    ['bsc', 0n, 0n, 100_000_000n],
    ['bsc', 0n, 1n, 100_000_000n],
    ['gnosis', 7n, 0n, 1_000_000_000n],
    ['linea', 7n, 0n, 60_000_000n],
    ['amoy', 15n, 0n, 30_000_000_000n],
  ])('are not held to a multiple of next to nothing: %s, %s and %s', (_chain, baseFee, saidTip, tip) => {
    const first = feesFor({ baseFee, tip: saidTip }, false);
    let last = first;
    for (let times = 0; times < 10; times += 1) {
      last = bumped(last, first, { baseFee, tip }, undefined, 3_600_000) ?? last;
    }
    expect(last.maxFeePerGas >= baseFee + tip).toBe(true);
    expect(last.maxPriorityFeePerGas).toBeGreaterThanOrEqual(tip);
    // While all say that gas costs nothing, there is nothing to sign: not the same bytes again.
    const none = feesFor({ baseFee: 0n, tip: 0n }, false);
    expect(bumped(none, none, { baseFee: 0n, tip: 0n }, undefined)).toBeNull();
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
