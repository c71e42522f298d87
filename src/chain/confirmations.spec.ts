import { describe, expect, it } from '@jest/globals';
import { confirmationsOf, deepestConfirmations, requiredConfirmations } from './confirmations.js';
import { toTokenAddress } from '../ids/ids.js';

const tiers = {
  kind: 'blocks' as const,
  tiers: [
    { upTo: 100n, blocks: 1 },
    { upTo: 1000n, blocks: 6 },
    { upTo: null, blocks: 12 },
  ],
};

const USDC = toTokenAddress(`0x${'11'.repeat(20)}`);
const DAI = toTokenAddress(`0x${'22'.repeat(20)}`);
const usdc = {
  symbol: 'USDC',
  address: USDC,
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
    tokens: [usdc, { ...usdc, address: DAI, confirmations: undefined }],
  };

  it('is the token’s own where it has one, since a unit of one asset is not worth a unit of another', () => {
    expect(requiredConfirmations(confirmationsOf(chain, USDC), 500n)).toBe(30);
    expect(requiredConfirmations(confirmationsOf(chain, DAI), 500n)).toBe(6);
    expect(requiredConfirmations(confirmationsOf(chain, null), 500n)).toBe(6);
  });
});
