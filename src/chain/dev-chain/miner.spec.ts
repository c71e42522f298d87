import { describe, expect, it } from '@jest/globals';
import { busyBlocksAfter } from './miner.js';

describe('the dev chain', () => {
  it('stays busy after a block with transactions, also the last of the busy ones', () => {
    expect(busyBlocksAfter(1, 1)).toBe(20);
    expect(busyBlocksAfter(0, 3)).toBe(20);
  });

  it('comes to rest while its blocks are empty', () => {
    expect(busyBlocksAfter(20, 0)).toBe(19);
    expect(busyBlocksAfter(1, 0)).toBe(0);
  });
});
