import { expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { type ChainExtent } from '../scanner/scanned-chain.js';
import { finalBlockOf } from './final-block.js';
import { toTokenAddress } from '../ids/ids.js';

const TOKEN = toTokenAddress(`0x${'11'.repeat(20)}`);
const OTHER = toTokenAddress(`0x${'22'.repeat(20)}`);
const blocks = (...tiers: [bigint | null, number][]) => ({
  kind: 'blocks' as const,
  tiers: tiers.map(([upTo, depth]) => ({ upTo, blocks: depth })),
});
const chain = {
  confirmations: blocks([null, 3]),
  tokens: [{ address: TOKEN, confirmations: blocks([100n, 1], [null, 30]) }],
} as unknown as ChainConfig;
const extent = { agreedNumber: 100, finalNumber: null } as ChainExtent;

it('a batch is final when the largest of what it moves is', () => {
  const native = { tokenAddress: null, amount: 0n };
  const small = { tokenAddress: TOKEN, amount: 100n };
  const large = { tokenAddress: TOKEN, amount: 101n };
  expect(finalBlockOf(chain, extent, native, [])).toBe(98);
  expect(finalBlockOf(chain, extent, native, [small, { tokenAddress: OTHER, amount: 5n }])).toBe(98);
  expect(finalBlockOf(chain, extent, native, [small, large])).toBe(71);
});
