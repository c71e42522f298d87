import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { feeShares } from './fee-shares.js';

describe('shares of a fee', () => {
  it('leave what does not divide to the first', () => {
    expect(feeShares(11n, 3)).toEqual([5n, 3n, 3n]);
    expect(feeShares(0n, 2)).toEqual([0n, 0n]);
  });

  it('add up to it to the wei, and differ by less than there are of them', () => {
    const fee = fc.bigInt({ min: 0n, max: 10n ** 24n });
    fc.assert(
      fc.property(fee, fc.integer({ min: 1, max: 100 }), (whole, count) => {
        const shares = feeShares(whole, count);
        expect(shares).toHaveLength(count);
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(whole);
        const [first, ...others] = shares as [bigint, ...bigint[]];
        for (const share of others) expect(first - share >= 0n && first - share < BigInt(count)).toBe(true);
      }),
    );
  });
});
