import { describe, expect, it } from '@jest/globals';
import { deepestConfirmations, requiredConfirmations } from './confirmations.js';

const tiers = {
  kind: 'blocks' as const,
  tiers: [
    { upTo: 100n, blocks: 1 },
    { upTo: 1000n, blocks: 6 },
    { upTo: null, blocks: 12 },
  ],
};

describe('requiredConfirmations', () => {
  it.each([
    [1n, 1],
    [100n, 1],
    [101n, 6],
    [1000n, 6],
    [1001n, 12],
  ])('asks of %p for %p blocks', (amount, blocks) => {
    expect(requiredConfirmations(tiers, amount)).toBe(blocks);
  });

  it('leaves it to the chain where confirmations are by finality', () => {
    expect(requiredConfirmations({ kind: 'finalized' }, 1n)).toBeNull();
  });
});

describe('deepestConfirmations', () => {
  it('is the depth of the highest tier', () => {
    expect(deepestConfirmations(tiers)).toBe(12);
    expect(deepestConfirmations({ kind: 'finalized' })).toBe(0);
  });
});
