import { type Block, type BlockRef } from '../chain/blocks/block.js';
import { type Chain } from '../chain/chain.js';
import { type ChainBlock } from '../chain/position/chain-block.entity.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { type SearchedBlocks } from './internal-searches.js';
import { type LateBlock } from './late-search.repository.js';
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
export interface OtherBranch extends SearchedBlocks {
  /** The number of the last block that both have. */
  ancestor: number;
}

export interface Fork {
  /** The highest block that may be the last common one. */
  from: number;
  /** The last block of ours. */
  ours: KnownBlock;
  /** The node's head. */
  head: number;
  /** Blocks to read at least, where the node has as many. */
  batch: number;
}

export interface BranchParts {
  read: (from: number, to: number) => Promise<(Block | null)[]>;
  /** Looks for internal transfers in blocks that were read. */
  search: (blocks: Block[], head: number, orphanAbove: number) => Promise<SearchedBlocks>;
}

/** So many blocks of a deep branch are read in one step: what is due on the chain besides has its turn between steps. */
const READ_A_STEP = 400;
/** So many are read together, and kept together. */
const KEPT_TOGETHER = 100;

/** What is read of a branch that is not ours, as long as it is the branch. */
interface Kept {
  /** The last block of ours then: on top of another, it is another reorg. */
  oursHash: string;
  ancestor: KnownBlock;
  last: KnownBlock;
  blocks: Block[];
  late: LateBlock[];
}

/**
 * Reads a node's branch up to where ours stands, so that it replaces ours in one transaction: a payment whose
 * transaction is in both is only moved, and one is called failed only for what the whole new branch does not have. A
 * deep one is read in parts, and goes on from what is there of it: of tens of thousands of blocks no failure has all read
 * again, and nothing is kept of them but what they bring us.
 */
export class BranchReader {
  private kept: Kept | null = null;

  constructor(
    private readonly chain: Chain,
    private readonly cursors: CursorRepository,
    private readonly parts: BranchParts,
  ) {}

  /**
   * Reads on.
   * @returns the whole branch; `unfinished` when more of it is to be read; null when a block of it is not there, or it
   * has changed while it was read: it is looked at again in the next step
   * @throws ReorgTooDeepError; BranchChangedError, RpcError: the next step may succeed
   */
  async readOn({ from, ours, head, batch }: Fork): Promise<OtherBranch | 'unfinished' | null> {
    const there = await this.stillThere(ours, head);
    if (there === 'missing') return null;
    const kept = there ?? (await this.begin(from, ours));
    const { ancestor } = kept;
    const to = Math.min(head, Math.max(ours.number, ancestor.number + batch));
    const last = Math.min(to, kept.last.number + READ_A_STEP);
    while (kept.last.number < last) {
      const upTo = Math.min(last, kept.last.number + KEPT_TOGETHER);
      const length = upTo - kept.last.number;
      const read = await this.parts.read(kept.last.number + 1, upTo);
      const linked = linkedPrefix<Block>(kept.last.hash, read);
      if (linked.length < length) return null;
      const found = await this.parts.search(linked, head, ancestor.number);
      kept.blocks.push(...found.blocks.map(slim));
      kept.late.push(...found.late.map((one) => ({ ...one, block: refOf(one.block) })));
      kept.last = linked.at(-1) as Block;
    }
    return last < to ? 'unfinished' : { ancestor: ancestor.number, blocks: kept.blocks, late: kept.late };
  }

  /** It has replaced ours, or there is none any more. */
  forget(): void {
    this.kept = null;
  }

  /** What was read of it, as long as the node has the last block of that, with all that this links to. */
  private async stillThere(ours: KnownBlock, head: number): Promise<Kept | 'missing' | null> {
    const { kept } = this;
    if (kept === null || kept.blocks.length === 0) return null;
    if (kept.oursHash !== ours.hash || kept.last.number > head) return null;
    const header = await this.chain.reader.header(kept.last.number);
    if (header === null) return 'missing';
    return header.hash === kept.last.hash ? kept : null;
  }

  private async begin(from: number, ours: KnownBlock): Promise<Kept> {
    const ancestor = await commonAncestor(this.chain, this.cursors, from);
    this.kept = { oursHash: ours.hash, ancestor, last: ancestor, blocks: [], late: [] };
    return this.kept;
  }
}

/** Its transactions are there to be searched, which is done; of a deep branch they would take gigabytes. */
function slim(block: Block): Block {
  return { ...block, transactions: [] };
}

function refOf({ number, hash, parentHash, time }: BlockRef): BlockRef {
  return { number, hash, parentHash, time };
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
