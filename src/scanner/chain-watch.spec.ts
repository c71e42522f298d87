import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { ChainWatch, type WatchParts } from './chain-watch.js';

describe('blocks that were searched in part', () => {
  it('count with those that were not searched: both are to be told of by the same alert', () => {
    const counted: [string, number][] = [];
    const metrics = { unsearched: (chain: string, blocks: number) => counted.push([chain, blocks]) };
    const watch = new ChainWatch(
      { name: 'base', blockTimeMs: 2_000 } as ChainConfig,
      { metrics } as unknown as WatchParts,
    );
    watch.unsearched([4]);
    watch.searchedInPart([5, 6, 9]);
    expect(counted).toEqual([
      ['base', 1],
      ['base', 3],
    ]);
  });
});
