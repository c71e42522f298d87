import { describe, expect, it } from '@jest/globals';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { hexlify } from 'ethers';
import fc from 'fast-check';
import { EMPTY_TRIE, orderedTrieRoot } from './ordered-trie.js';

/** The same by a trie that keeps its nodes. */
async function kept(items: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT({ useRootPersistence: false });
  await trie.batch(items.map((value, index) => ({ type: 'put', key: RLP.encode(index), value })));
  return hexlify(trie.root());
}

describe('orderedTrieRoot', () => {
  it('is that of an empty trie for nothing', async () => {
    expect(orderedTrieRoot([])).toBe(EMPTY_TRIE);
    expect(await kept([])).toBe(EMPTY_TRIE);
  });

  // An item of no bytes deletes its key, and is in no block.
  it('is that of a trie that keeps its nodes, whatever the items', async () => {
    const item = fc.uint8Array({ minLength: 1, maxLength: 70 });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 40 }), async (items) => {
        expect(orderedTrieRoot(items)).toBe(await kept(items));
      }),
      { numRuns: 200 },
    );
  });

  it.each([1, 2, 16, 17, 127, 128, 129, 255, 256, 257, 700])('of %d items as well', async (count) => {
    const items = Array.from({ length: count }, (_, index) => Uint8Array.of(1, index & 255, index >> 8));
    expect(orderedTrieRoot(items)).toBe(await kept(items));
  });
});
