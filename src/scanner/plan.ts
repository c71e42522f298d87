import { type BlockRef } from '../chain/blocks/block.js';

/** A block we have scanned, as we remember it. */
export interface KnownBlock {
  number: number;
  hash: string;
}

/** What to do next, given where we are and what the node says its head is. */
export type Plan =
  /** Nothing new: the head is the block we have, or the node is behind us. */
  | { kind: 'wait' }
  /** Read `from … to` and commit them on top of the cursor, if they link to it. */
  | { kind: 'follow'; from: number; to: number }
  /** The head is not on our branch: look for the common ancestor, downwards from `from`. */
  | { kind: 'reorg'; from: number };

/**
 * A head below our cursor is no reorg by itself, whichever branch it is on: a branch wins by being at least as long, and
 * what looks like a deep reorg is usually a node that is still syncing (Ponder #2221 took one for it). Where it stays,
 * `SetBack` finds out whose history it is.
 * @param batch blocks at most in one commit
 */
export function planNext(cursor: KnownBlock, head: BlockRef, batch: number): Plan {
  if (head.number > cursor.number) {
    return { kind: 'follow', from: cursor.number + 1, to: Math.min(head.number, cursor.number + batch) };
  }
  if (head.number < cursor.number || head.hash === cursor.hash) return { kind: 'wait' };
  return { kind: 'reorg', from: head.number };
}

/** The blocks that link, each to the one before it, starting from `parentHash`; the first gap ends it. */
export function linkedPrefix<B extends BlockRef>(parentHash: string, blocks: readonly (B | null)[]): B[] {
  const linked: B[] = [];
  let expected = parentHash;
  for (const block of blocks) {
    if (block === null || block.parentHash !== expected) break;
    linked.push(block);
    expected = block.hash;
  }
  return linked;
}

/**
 * Where, in a row of so many, the first stands that holds, all after it holding as well: near the beginning after a few
 * questions, and anywhere after twice the logarithm of the place.
 * @returns its index; `count` where none holds
 */
export async function firstThat(count: number, holds: (index: number) => Promise<boolean>): Promise<number> {
  let low = 0;
  let high = 0;
  while (high < count && !(await holds(high))) {
    low = high + 1;
    high = 2 * high + 1;
  }
  high = Math.min(high, count);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
