import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { hexlify } from 'ethers';

/**
 * Root of the Merkle Patricia trie that has each item under the RLP of its index, as `transactionsRoot` and
 * `receiptsRoot` are made (yellow paper, section 4.3).
 * @returns 0x + 64 lower-case hex digits
 */
export async function orderedTrieRoot(items: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT({ useRootPersistence: false });
  await trie.batch(items.map((value, index) => ({ type: 'put', key: RLP.encode(index), value })));
  return hexlify(trie.root());
}
