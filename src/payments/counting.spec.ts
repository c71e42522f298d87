import { describe, expect, it } from '@jest/globals';
import { whyNotCounted } from './counting.js';

const DAY = 86_400_000;
const expiresAt = new Date('2026-01-01T00:00:00Z');
const expected = { chainId: 1, tokenAddress: '0xtoken', expiresAt };
const arrived = { chainId: 1, tokenAddress: '0xtoken', blockTime: expiresAt };

describe('whyNotCounted', () => {
  it('counts the asset asked for, up to the last moment of the watch window', () => {
    expect(whyNotCounted(expected, arrived, DAY)).toBeNull();
    expect(whyNotCounted(expected, { ...arrived, blockTime: new Date(+expiresAt + DAY) }, DAY)).toBeNull();
  });

  it.each([
    ['after_watch', { blockTime: new Date(+expiresAt + DAY + 1) }],
    ['wrong_asset', { tokenAddress: null }],
    ['wrong_asset', { tokenAddress: '0xother' }],
    ['wrong_chain', { chainId: 56 }],
    ['wrong_chain', { chainId: 56, tokenAddress: null }],
  ])('says %s', (reason, difference) => {
    expect(whyNotCounted(expected, { ...arrived, ...difference }, DAY)).toBe(reason);
  });
});
