import { describe, expect, it } from '@jest/globals';
import { confirmationsOf, deepestConfirmations, requiredConfirmations } from './confirmations.js';

const tiers = {
  kind: 'blocks' as const,
  tiers: [
    { upTo: 100n, blocks: 1 },
    { upTo: 1000n, blocks: 6 },
    { upTo: null, blocks: 12 },
  ],
};

const usdc = {
  symbol: 'USDC',
  address: '0xusdc',
  decimals: 6,
  enabled: true,
  confirmations: { kind: 'blocks' as const, tiers: [{ upTo: null, blocks: 30 }] },
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
    expect(requiredConfirmations({ kind: 'finality', tag: 'finalized' }, 1n)).toBeNull();
  });
});

describe('deepestConfirmations', () => {
  it('is the depth of the highest tier, of the chain or of one of its tokens', () => {
    expect(deepestConfirmations({ confirmations: tiers, tokens: [] })).toBe(12);
    expect(deepestConfirmations({ confirmations: { kind: 'finality', tag: 'finalized' }, tokens: [] })).toBe(
      0,
    );
    expect(deepestConfirmations({ confirmations: tiers, tokens: [usdc] })).toBe(30);
    expect(
      deepestConfirmations({ confirmations: { kind: 'finality', tag: 'finalized' }, tokens: [usdc] }),
    ).toBe(30);
  });
});

describe('confirmationsOf', () => {
  const chain = {
    confirmations: tiers,
    tokens: [usdc, { ...usdc, address: '0xdai', confirmations: undefined }],
  };

  it('is the token’s own where it has one, since a unit of one asset is not worth a unit of another', () => {
    expect(requiredConfirmations(confirmationsOf(chain, '0xusdc'), 500n)).toBe(30);
    expect(requiredConfirmations(confirmationsOf(chain, '0xdai'), 500n)).toBe(6);
    expect(requiredConfirmations(confirmationsOf(chain, null), 500n)).toBe(6);
  });
});
