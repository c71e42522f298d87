import { type EntityManager } from 'typeorm';
import { type Block, type BlockRef } from '../chain/blocks/block.js';
import { isPassing } from '../chain/rpc/sources.js';
import { UnprovenAnswerError } from '../chain/rpc/unproven-answer.js';
import { type InternalFound, withInternal } from '../chain/transfers/internal-transfers.js';
import { type Chain } from '../chain/chain.js';
import { within } from '../process/within.js';
import { agreedBlock, disputedFrom, scannedBy } from './agreed-block.js';
import { type Sources } from './chain-scanner.js';
import { type LateSearch } from './late-search.entity.js';
import {
  dueSearches,
  forgetAbove,
  keepForLater,
  knownUntil,
  putOff,
  searched,
} from './late-search.repository.js';
import { atMost, finalNumber, transfersOf } from './read-blocks.js';

/** What is in sight waits so long for a search, for each block that is committed with it. */
const PATIENCE_MS = 2_000;
const AT_ONCE = 20;
/** Refused as often by every endpoint, a block is given up; what may pass is waited for. */
const REFUSALS = 3;
const PASSES_WITHIN_MS = 5 * 60_000;

export interface SearchedBlocks {
  blocks: Block[];
  /** Those in which nothing could be looked for yet, and why; to be kept in the transaction that commits them. */
  late: { blocks: readonly BlockRef[]; reason: string } | null;
}

/**
 * Looks for value that contracts sent, in blocks that are otherwise read, and again at blocks that endpoints do not agree
 * about. Whatever is plainly in sight does not wait for
 * it: a block that no endpoint can search now is committed, and searched as soon as one can; until then nothing expires
 * that it might have paid. When none can, it is counted as unsearched.
 */
export class InternalSearches {
  private searching: Promise<void> = Promise.resolve();
  private isSearching = false;

  constructor(
    private readonly chain: Chain,
    private readonly sources: Sources,
  ) {}

  async search(blocks: Block[], head: number, orphanAbove: number | null): Promise<SearchedBlocks> {
    const doubted = blocks.find(({ doubt }) => doubt !== undefined);
    // What is in doubt may be what a balance grew by: it would be found as an internal transfer, and then once more.
    if (doubted?.doubt !== undefined) {
      return { blocks, late: { blocks: this.searchable(blocks), reason: doubted.doubt } };
    }
    const search = this.found(blocks, head, orphanAbove).catch((error: Error) => {
      if (!isOfTheNode(error)) throw error;
      return error;
    });
    const tooLong = new Error(`no answer within ${PATIENCE_MS * blocks.length} ms`);
    const found = await within<InternalFound | Error>(PATIENCE_MS * blocks.length, search, tooLong);
    if (found instanceof Error) {
      const late = this.searchable(blocks);
      return { blocks, late: late.length === 0 ? null : { blocks: late, reason: found.message } };
    }
    if (found.unsearched.length > 0) this.sources.onUnsearched(found.unsearched);
    return { blocks: withInternal(blocks, found), late: null };
  }

  /** Those in which something may yet be found. */
  private searchable(blocks: Block[]): Block[] {
    const { internalTransfers } = this.chain;
    return blocks.filter(
      ({ runsCode, doubt }) =>
        doubt !== undefined || internalTransfers === 'balance' || (internalTransfers === 'trace' && runsCode),
    );
  }

  /** Writes what a search left over, and forgets what a reorg took. */
  async commit(manager: EntityManager, { late }: SearchedBlocks, orphanAbove: number | null): Promise<void> {
    const { chainId } = this.chain;
    if (orphanAbove !== null) await forgetAbove(manager, chainId, orphanAbove);
    if (late !== null) await keepForLater(manager, chainId, late.blocks, late.reason);
  }

  /** Goes on with those that are due, beside the scan. */
  searchLate(head: number): void {
    if (this.isSearching) return;
    this.isSearching = true;
    this.searching = this.searchDue(head)
      .catch((error: Error) => this.sources.onLateFailed(error.message))
      .finally(() => (this.isSearching = false));
  }

  /** Ends when nothing is under way. */
  settle(): Promise<void> {
    return this.searching;
  }

  private async found(
    blocks: readonly Block[],
    head: number,
    orphanAbove: number | null,
  ): Promise<InternalFound> {
    const { dataSource, facts } = this.sources;
    const { manager } = dataSource;
    const { chainId, internal } = this.chain;
    const { time } = blocks[0] as Block;
    // What a reorg takes may be mined again, also where the watch is over by now.
    const taken = orphanAbove === null ? [] : await facts.internallyPaidAbove(manager, chainId, orphanAbove);
    return internal.search({
      blocks,
      head,
      watched: async () => [...new Set([...(await facts.watchedNative(manager, chainId, time)), ...taken])],
      ownAmong: (addresses) => facts.ownAmong(manager, addresses),
    });
  }

  private async searchDue(head: number): Promise<void> {
    const { dataSource } = this.sources;
    const givenUp: number[] = [];
    for (const search of await dueSearches(dataSource.manager, this.chain.chainId, AT_ONCE)) {
      try {
        await this.searchOne(search, head);
      } catch (error) {
        if (!isOfTheNode(error)) throw error;
        const isGivenUp = isAtItsEnd(search, error);
        if (isGivenUp) givenUp.push(search.blockNumber);
        await putOff(dataSource.manager, search, error.message, isGivenUp);
      }
    }
    if (givenUp.length > 0) this.sources.onUnsearched(givenUp);
  }

  private async searchOne(search: LateSearch, head: number): Promise<void> {
    const { watch, dataSource, onUnsearched } = this.sources;
    const watched = { ...(await watch()), areDoubtsTaken: true };
    const block = await this.chain.reader.block(search.blockNumber, watched);
    // Another branch: the scan follows it, and forgets this block.
    if (block?.hash !== search.blockHash) {
      return putOff(dataSource.manager, search, 'the node has another block there', false);
    }
    if (block.doubt !== undefined) {
      this.sources.onDoubt(block.number, block.doubt);
      return putOff(dataSource.manager, search, block.doubt, false);
    }
    const found = await this.found([block], head, null);
    if (found.unsearched.length > 0) {
      onUnsearched(found.unsearched);
      return putOff(dataSource.manager, search, 'no endpoint has its state any more', true);
    }
    const [complete] = withInternal([block], found) as [Block];
    await this.apply(complete);
  }

  private async apply(block: Block): Promise<void> {
    const { cursors, dataSource, facts } = this.sources;
    const { chainId } = this.chain;
    const final = await finalNumber(this.chain.reader, this.chain, Number.MAX_SAFE_INTEGER);
    const disputed = await disputedFrom(dataSource.manager, cursors, this.chain);
    await dataSource.transaction(async (manager) => {
      const scanned = scannedBy(await cursors.hold(manager, chainId));
      // A reorg may have taken it meanwhile.
      if (!(await searched(manager, chainId, [block.hash]))) return;
      const agreed = await agreedBlock(manager, cursors, chainId, scanned, disputed);
      const time = await knownUntil(manager, this.chain, agreed.time);
      await facts.apply(manager, {
        chainId,
        agreed: { number: agreed.number, time },
        isUnsure: time < scanned.time,
        finalNumber: atMost(agreed.number, final),
        orphanAbove: null,
        transfers: transfersOf(block),
      });
    });
  }
}

/** A lie or a failure that may pass is waited for; a refusal is not. */
function isAtItsEnd({ tries, since }: LateSearch, error: Error): boolean {
  if (error instanceof UnprovenAnswerError || isPassing(error)) {
    return Date.now() - since.getTime() > PASSES_WITHIN_MS;
  }
  return tries + 1 >= REFUSALS;
}

function isOfTheNode(error: unknown): error is Error {
  return error instanceof Error && (error as { retryable?: unknown }).retryable === true;
}
