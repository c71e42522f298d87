import { type Block } from '../chain/blocks/block.js';
import { type Chain } from '../chain/chain.js';
import { type ChainBlock } from '../chain/position/chain-block.entity.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { firstThat, type KnownBlock, linkedPrefix } from './plan.js';

/** A reorg goes below every block we remember, by all endpoints: which payments it undid is not known, so the chain is halted. */
export class ReorgTooDeepError extends Error {
  readonly retryable = false;

  constructor(chain: string, window: number, lowest: number) {
    super(
      `chain ${chain}: none of the ${window} remembered blocks down to ${lowest} is on the branch of any endpoint. ` +
        'Scanning is halted, nothing was changed. Check the nodes first: they may serve another network or a bad fork. ' +
        'If it is the chain itself, `quittance scanner accept-reorg` lets the scan go on',
    );
  }
}

/** Another endpoint answered than before, or the branch changed: the next step sees what is there. */
export class BranchChangedError extends Error {
  readonly retryable = true;

  constructor(chain: string) {
    super(`chain ${chain}: endpoints were on different branches while the common ancestor was looked for`);
  }
}

/** The node's blocks from where its branch parted from ours. */
export interface OtherBranch {
  /** The number of the last block that both have. */
  ancestor: number;
  blocks: Block[];
}

export interface Fork {
  /** The highest block that may be the last common one. */
  from: number;
  /** The last block of ours. */
  ours: number;
  /** The node's head. */
  head: number;
  /** Blocks to read at least, where the node has as many. */
  batch: number;
}

/**
 * The node's branch up to where ours stands, so that it replaces ours in one transaction: a payment whose transaction
 * is in both is only moved, and one is called failed only for what the whole new branch does not have.
 * @returns null when the branch changed again while it was read: it is read again in the next step
 * @throws ReorgTooDeepError; BranchChangedError, RpcError: the next step may succeed
 */
export async function otherBranch(
  chain: Chain,
  cursors: CursorRepository,
  { from, ours, head, batch }: Fork,
  read: (from: number, to: number) => Promise<(Block | null)[]>,
): Promise<OtherBranch | null> {
  const ancestor = await commonAncestor(chain, cursors, from);
  const to = Math.min(head, Math.max(ours, ancestor.number + batch));
  const blocks = linkedPrefix(ancestor.hash, await read(ancestor.number + 1, to));
  return blocks.length < to - ancestor.number ? null : { ancestor: ancestor.number, blocks };
}

/** Reorgs are short as a rule, and what is remembered may be tens of thousands of blocks. */
const NEWEST = 256;

/** The highest block of those we remember, from `from` downwards, that the node has as well. */
async function commonAncestor(chain: Chain, cursors: CursorRepository, from: number): Promise<KnownBlock> {
  const newest = await cursors.knownBlocksFrom(chain.chainId, from, NEWEST);
  const near = await highestShared(chain, newest);
  if (near !== null) return near;
  const known = newest.length < NEWEST ? newest : await cursors.knownBlocksFrom(chain.chainId, from);
  const far = await highestShared(chain, known.slice(newest.length));
  if (far !== null) return far;
  // Before the chain is halted, all endpoints are asked: one alone may be on a fork, or wrong.
  const lowest = known.at(-1);
  if (
    lowest &&
    (await chain.reader.isOnBranchOfAny({ number: lowest.blockNumber, hash: lowest.blockHash }))
  ) {
    throw new BranchChangedError(chain.name);
  }
  throw new ReorgTooDeepError(chain.name, known.length, known.at(-1)?.blockNumber ?? from);
}

/** @param known highest first. @returns null: the node has none of them */
async function highestShared(chain: Chain, known: readonly ChainBlock[]): Promise<KnownBlock | null> {
  const place = await firstThat(known.length, async (index) => {
    const { blockNumber, blockHash } = known[index] as ChainBlock;
    return (await chain.reader.header(blockNumber))?.hash === blockHash;
  });
  const shared = known[place];
  return shared === undefined ? null : { number: shared.blockNumber, hash: shared.blockHash };
}
