import { hexlify } from 'ethers';
import { bytes } from '../encoding.js';
import { keccak256 } from './keccak.js';
import { type Address } from '../../ids/ids.js';

const BYTES = 256;

/** A log as far as the bloom sees it. */
interface Bloomed {
  address: Address;
  topics: readonly string[];
}

/** The three bits of 2048 that an address or a topic sets (yellow paper, section 4.3.1). */
const bitsOf = remembered((item: string): readonly number[] => {
  const hash = bytes(keccak256(bytes(item)));
  return [0, 2, 4].map((at) => (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 2047);
});

/** The bloom that a block with these logs has: 0x + 512 hex digits. */
export function bloomOf(logs: readonly Bloomed[]): string {
  const bloom = new Uint8Array(BYTES);
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics]) {
      for (const bit of bitsOf(item.toLowerCase())) {
        bloom[BYTES - 1 - (bit >> 3)] = (bloom[BYTES - 1 - (bit >> 3)] as number) | (1 << (bit & 7));
      }
    }
  }
  return hexlify(bloom);
}

/** False: no log of the block has this address or topic. True: one may. */
export function mayContain(logsBloom: string, item: string): boolean {
  const bloom = bytes(logsBloom);
  return bitsOf(item.toLowerCase()).every(
    (bit) => ((bloom[BYTES - 1 - (bit >> 3)] as number) & (1 << (bit & 7))) !== 0,
  );
}

/** The same few tokens and topics are asked for in every block; those of others must not pile up. */
function remembered<T>(compute: (item: string) => T): (item: string) => T {
  const known = new Map<string, T>();
  return (item) => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const value = compute(item);
    if (known.size >= 10_000) known.clear();
    known.set(item, value);
    return value;
  };
}
