import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Candidate, decide, decideTogether } from './decide.js';

const candidate = (given: Partial<Candidate> = {}): Candidate => ({
  amount: 1_000n,
  minimum: 0n,
  isNative: false,
  asset: 'token',
  valueWei: 1_000n,
  feeWei: 10n,
  isForced: false,
  obstacle: null,
  ...given,
});
const goes = (candidates: Candidate[], bps = 500) => decide(candidates, bps).map(({ go }) => go);

describe('a batch of sweeps', () => {
  it('takes what pays for itself, and leaves what fees would eat too much of', () => {
    expect(goes([candidate({ feeWei: 50n }), candidate({ feeWei: 51n })])).toEqual([true, false]);
  });

  it('takes along what is worth less than its fee, when the batch as a whole pays', () => {
    const small = candidate({ amount: 5n, valueWei: 5n, feeWei: 10n });
    expect(decide([small], 500)[0]).toMatchObject({ go: false, code: 'fee_share' });
    expect(goes([small, candidate({ valueWei: 390n, amount: 390n })])).toEqual([false, true]);
    expect(goes([small, candidate({ valueWei: 400n, amount: 400n })])).toEqual([true, true]);
  });

  it('takes along what is below its minimum by the average, where values are not known', () => {
    const unknown = (amount: bigint) => candidate({ amount, minimum: 100n, valueWei: null });
    expect(goes([unknown(40n), unknown(150n)])).toEqual([false, true]);
    expect(goes([unknown(40n), unknown(160n)])).toEqual([true, true]);
  });

  it('takes what nobody has put a price on up to a ceiling of its fee, whoever goes along', () => {
    const unknown = (feeWei: bigint, given: Partial<Candidate> = {}) =>
      candidate({ valueWei: null, feeWei, mostUnpricedFee: 100n, ...given });
    expect(goes([unknown(100n), unknown(101n), unknown(10n, { amount: 10n ** 9n })])).toEqual([
      true,
      false,
      true,
    ]);
    expect(decide([unknown(101n)], 500)[0]).toMatchObject({ go: false, code: 'fee_share' });
    expect(goes([unknown(101n, { isForced: true }), unknown(101n, { valueWei: 10_000n })])).toEqual([
      true,
      true,
    ]);
  });

  it('leaves native money that its own fee would take, whatever is asked for', () => {
    const dust = candidate({ isNative: true, amount: 10n, valueWei: 10n, feeWei: 10n });
    expect(goes([{ ...dust, isForced: true }, candidate()])).toEqual([false, true]);
    expect(goes([{ ...dust, amount: 11n, valueWei: 11n, isForced: true }])).toEqual([true]);
  });

  it('leaves what an obstacle holds, even if it is forced', () => {
    const obstacle = { code: 'refund', reason: 'a refund is under way' } as const;
    expect(decide([candidate({ obstacle, isForced: true })], 500)).toEqual([{ go: false, ...obstacle }]);
  });

  it('never has fees take more than their share of what was not forced', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 6n });
    const one = fc
      .record({ amount, feeWei: amount, isNative: fc.boolean(), isForced: fc.boolean(), minimum: amount })
      .map((given) => candidate({ ...given, valueWei: given.amount }));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), fc.integer({ min: 1, max: 10_000 }), (all, bps) => {
        const decisions = decide(all, bps);
        const going = all.filter((given, index) => decisions[index]?.go && !given.isForced);
        const fees = going.reduce((sum, { feeWei }) => sum + feeWei, 0n);
        const worth = going.reduce((sum, { valueWei }) => sum + (valueWei ?? 0n), 0n);
        expect(fees * 10_000n <= worth * BigInt(bps)).toBe(true);
      }),
    );
  });
});

describe('sweeps that share a transaction', () => {
  const shared = { size: 20, wei: 200n };
  const batched = (given: Partial<Candidate> = {}) => candidate({ isBatched: true, ...given });

  it('wait alone, and go when enough of them share it', () => {
    const one = batched({ valueWei: 1_000n });
    expect(decideTogether([one], 500, shared)).toMatchObject({
      candidates: [{ feeWei: 210n }],
      decisions: [{ go: false, code: 'fee_share' }],
    });
    const five = Array.from({ length: 5 }, () => one);
    expect(decideTogether(five, 500, shared)).toMatchObject({
      candidates: five.map(() => ({ feeWei: 50n })),
      decisions: five.map(() => ({ go: true })),
    });
  });

  it('do not count those that stay as sharing it', () => {
    const obstacle = { code: 'refund', reason: 'a refund is under way' } as const;
    const held = Array.from({ length: 9 }, () => batched({ obstacle }));
    const { candidates } = decideTogether([batched({ valueWei: 10n ** 6n }), ...held], 500, shared);
    expect(candidates[0]?.feeWei).toBe(210n);
  });

  it('pay for all of every transaction they take, and leave the others as they were', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 6n });
    const one = fc
      .record({ amount, feeWei: fc.bigInt({ min: 1n, max: 10n ** 4n }), isBatched: fc.boolean() })
      .map((given) => candidate({ ...given, valueWei: given.amount }));
    const cost = fc.record({
      size: fc.integer({ min: 1, max: 7 }),
      wei: fc.bigInt({ min: 0n, max: 10n ** 5n }),
    });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 30 }),
        fc.integer({ min: 1, max: 10_000 }),
        cost,
        (all, bps, of) => {
          const { candidates, decisions } = decideTogether(all, bps, of);
          const going = candidates.filter((_, index) => decisions[index]?.go);
          const together = going.filter(({ isBatched }) => isBatched);
          const paid = candidates.reduce((sum, { feeWei, isBatched }, index) => {
            const share = feeWei - (all[index]?.feeWei ?? 0n);
            if (!isBatched) expect(share).toBe(0n);
            return decisions[index]?.go ? sum + share : sum;
          }, 0n);
          expect(paid >= BigInt(Math.ceil(together.length / of.size)) * of.wei).toBe(true);
          const fees = going.reduce((sum, { feeWei }) => sum + feeWei, 0n);
          const worth = going.reduce((sum, { valueWei }) => sum + (valueWei ?? 0n), 0n);
          expect(fees * 10_000n <= worth * BigInt(bps)).toBe(true);
        },
      ),
    );
  });
});
