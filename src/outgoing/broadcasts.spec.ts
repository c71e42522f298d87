import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dearestTaken } from './broadcasts.js';

describe('of bytes that were signed for one nonce', () => {
  it('the dearest is found that nodes take, by few of them', async () => {
    const prices = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 60 });
    const bound = fc.integer({ min: 0, max: 1_001 });
    await fc.assert(
      fc.asyncProperty(prices, bound, bound, async (given, least, cap) => {
        const attempts = [...given].sort((one, other) => other - one);
        let asked = 0;
        const found = await dearestTaken(attempts, (price) => {
          asked += 1;
          if (price > cap) return Promise.resolve('fee_above_cap');
          return Promise.resolve(price < least ? 'fee_too_low' : 'accepted');
        });
        expect(found).toBe(attempts.find((price) => price <= cap && price >= least) ?? null);
        expect(asked).toBeLessThanOrEqual(6);
      }),
    );
  });
});
