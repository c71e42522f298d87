import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { payTogether } from '../paths/pay-together.js';
import { feeCeiling, isAboveShare } from './fee-ceiling.js';

const wei = fc.bigInt({ min: 0n, max: 10n ** 21n });
const bps = fc.integer({ min: 1, max: 10_000 });

describe('the most that the fee of a sweep may be', () => {
  it('is its share, whatever was planned, where it paid for itself', () => {
    fc.assert(
      fc.property(wei, bps, (valueWei, maxFeeBps) => {
        const share = (valueWei * BigInt(maxFeeBps)) / 10_000n;
        const planned = { feeWei: share, isCarried: false };
        expect(feeCeiling({ isForced: false, valueWei, planned }, maxFeeBps)).toBe(share);
      }),
    );
  });

  it('is what it was planned with, and an eighth, where others carry it', () => {
    const planned = { feeWei: 800n, isCarried: true };
    expect(feeCeiling({ isForced: false, valueWei: 10_000n, planned }, 500)).toBe(900n);
  });

  it('is its share of what it is worth now, where it paid for itself and its token fell since', () => {
    const planned = { feeWei: 500n, isCarried: isAboveShare(500n, 10_000n, 500) };
    expect(feeCeiling({ isForced: false, valueWei: 100n, planned }, 500)).toBe(5n);
  });

  it('is any where it is forced, or where nobody has said what it is worth', () => {
    const planned = { feeWei: 1n, isCarried: false };
    expect(feeCeiling({ isForced: true, valueWei: 10_000n, planned }, 1)).toBeNull();
    expect(
      feeCeiling({ isForced: false, valueWei: null, planned: { feeWei: 1n, isCarried: false } }, 1),
    ).toBeNull();
  });
});

describe('those that pay for a batch', () => {
  const part = fc.record({ ownFee: wei, mostFee: fc.option(wei) });

  it('pay all of it, and none more than it may', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), wei, (parts, shared) => {
        const { going, staying } = payTogether(parts, shared);
        expect(going.length + staying.length).toBe(parts.length);
        const count = BigInt(Math.max(1, going.length));
        const share = (shared + count - 1n) / count;
        for (const { ownFee, mostFee } of going) {
          if (mostFee !== null) expect(ownFee + share).toBeLessThanOrEqual(mostFee);
        }
        for (const { part: one, fee } of staying) expect(fee).toBeGreaterThan(one.mostFee as bigint);
        expect(share * count).toBeGreaterThanOrEqual(shared);
      }),
    );
  });
});
