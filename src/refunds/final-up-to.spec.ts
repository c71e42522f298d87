import { describe, expect, it } from '@jest/globals';
import { type ChainConfig, type Confirmations } from '../config/chains.js';
import { depositFinalUpTo, finalBy } from './final-up-to.js';

const TIERS: Confirmations = {
  kind: 'blocks',
  tiers: [
    { upTo: 10n, blocks: 1 },
    { upTo: null, blocks: 30 },
  ],
};
const BY_CHAIN: Confirmations = { kind: 'finality', tag: 'finalized' };

const chainOf = (confirmations: Confirmations) => ({ confirmations, tokens: [] }) as unknown as ChainConfig;
const deposit = (amount: bigint, requiredConfirmations: number | null, counts = true) => ({
  tokenAddress: null,
  amount,
  counts,
  requiredConfirmations,
});

describe('how far a refund takes a chain as final', () => {
  it('what one endpoint says alone, above the last block that all agree on, makes nothing deeper', () => {
    expect(finalBy({ agreedNumber: 100, finalNumber: null }, 130)).toEqual({
      agreedNumber: 100,
      finalNumber: null,
    });
  });

  it('what a reorg took since the round began is none of it', () => {
    expect(finalBy({ agreedNumber: 100, finalNumber: 99 }, 90)).toEqual({
      agreedNumber: 90,
      finalNumber: 90,
    });
  });

  it('by the tier for as much, and by its payment’s depth where that is more', () => {
    const depth = { agreedNumber: 100, finalNumber: null };

    expect(depositFinalUpTo(chainOf(TIERS), depth, deposit(10n, 1))).toBe(100);
    expect(depositFinalUpTo(chainOf(TIERS), depth, deposit(11n, 1))).toBe(71);
    expect(depositFinalUpTo(chainOf(TIERS), depth, deposit(10n, 5))).toBe(96);
    expect(depositFinalUpTo(chainOf(TIERS), depth, deposit(10n, 5, false))).toBe(100);
  });

  it('by the chain’s own finality, though its payment was made when blocks were counted', () => {
    expect(depositFinalUpTo(chainOf(BY_CHAIN), { agreedNumber: 100, finalNumber: 60 }, deposit(10n, 1))).toBe(
      60,
    );
    expect(
      depositFinalUpTo(chainOf(BY_CHAIN), { agreedNumber: 100, finalNumber: null }, deposit(10n, 1)),
    ).toBe(-1);
  });
});
