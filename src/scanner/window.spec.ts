import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { rememberedDownTo } from './window.js';

const BY_BLOCKS: ChainConfig['confirmations'] = { kind: 'blocks', tiers: [{ upTo: null, blocks: 240 }] };
const BY_FINALITY: ChainConfig['confirmations'] = { kind: 'finality', tag: 'finalized' };
const remembered = (confirmations: ChainConfig['confirmations'], final: number | null) =>
  rememberedDownTo({ confirmations, tokens: [] }, { number: 100_000 }, final);

describe('how many blocks are remembered', () => {
  it('is twice what the deepest payment waits for', () => {
    expect(remembered(BY_BLOCKS, null)).toBe(480);
  });

  it('is all down to the final block, where that decides, as far as a reorg may be accepted', () => {
    expect(remembered(BY_FINALITY, 95_000)).toBe(5_001);
    expect(remembered(BY_FINALITY, 99_990)).toBe(256);
    expect(remembered(BY_FINALITY, 0)).toBe(50_000);
    expect(remembered(BY_FINALITY, null)).toBe(50_000);
  });
});
