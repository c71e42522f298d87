import { describe, expect, it } from '@jest/globals';
import { type PaidBack, tooShallow } from './payout-tiers.js';

const HEAD = 100;
/** Up to 10 it is one block, up to 100 five, more 30. */
const TIERS = [
  { upTo: 10n, blocks: 1 },
  { upTo: 100n, blocks: 5 },
  { upTo: null, blocks: 30 },
];
/** Paid at a depth, the block of the head being 1, and given back by the payout account. */
const paid = (amount: bigint, depth: number, more: Partial<PaidBack> = {}): PaidBack => ({
  all: amount,
  byPayout: amount,
  there: amount,
  latest: [{ blockNumber: HEAD - depth + 1, amount }],
  ...more,
});
const verdict = (own: PaidBack, ...others: PaidBack[]) => tooShallow(own, others, TIERS, HEAD);

describe('what the payout account pays of several payments', () => {
  it('is as deep as so much has to be, however little each of them is', () => {
    expect(verdict(paid(10n, 1))).toBeNull();
    expect(verdict(paid(1n, 1), paid(10n, 1))).toEqual({ sum: 11n, blocks: 5 });
    expect(verdict(paid(1n, 4), paid(10n, 4))).toEqual({ sum: 11n, blocks: 5 });
    expect(verdict(paid(1n, 5), paid(10n, 4))).toBeNull();
    expect(verdict(paid(1n, 5), paid(10n, 5), paid(90n, 6))).toEqual({ sum: 101n, blocks: 30 });
    expect(verdict(paid(10n, 1), paid(90n, 6))).toBeNull();
  });

  it('waits for nobody else’s once its own is as deep as anything has to be', () => {
    expect(verdict(paid(1_000n, 30), paid(1_000n, 1))).toBeNull();
    expect(verdict(paid(1_000n, 29), paid(1n, 1))).toEqual({ sum: 1_001n, blocks: 30 });
  });

  it('counts what a reorg would take of what is covered by it alone', () => {
    const covered = paid(50n, 1, { there: 100n });
    expect(verdict(covered)).toBeNull();
    expect(verdict(covered, paid(10n, 1))).toBeNull();
    const partly = paid(50n, 1, { there: 90n });
    // 50 came now and 40 before: of the 50 that go back, 10 would be lost.
    expect(verdict(partly)).toBeNull();
    expect(verdict(partly, paid(1n, 1))).toEqual({ sum: 11n, blocks: 5 });
    // What the deposit address gave back came out of what was deep.
    expect(verdict({ ...partly, all: 90n })).toEqual({ sum: 50n, blocks: 5 });
  });

  it('has no more at risk than it paid itself, and nothing that is lost already', () => {
    expect(verdict(paid(10n, 1, { all: 500n, there: 500n, byPayout: 10n }))).toBeNull();
    const lost = paid(100n, 40, { there: 0n, latest: [] });
    expect(verdict(paid(10n, 1), lost)).toBeNull();
  });
});
