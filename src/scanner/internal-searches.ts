import { type EntityManager } from 'typeorm';
import { type Block } from '../chain/blocks/block.js';
import { TooFewAnswersError } from '../chain/rpc/agreed-answers.js';
import { mayPass } from '../chain/rpc/sources.js';
import { UnprovenAnswerError } from '../chain/rpc/unproven-answer.js';
import { foundTogether, type InternalFound, withInternal } from '../chain/transfers/internal-transfers.js';
import { type Chain } from '../chain/chain.js';
import { within } from '../process/within.js';
import { agreedBlock, disputedFrom, scannedBy } from './agreed-block.js';
import { type Sources } from './chain-scanner.js';
import { type Address } from '../ids/ids.js';
import { type LateSearch } from './late-search.entity.js';
import {
  dueSearches,
  forgetAbove,
  keepForLater,
  knownUntil,
  type LateBlock,
  plainlyRead,
  putOff,
  searched,
} from './late-search.repository.js';
import { atMost, finalNumber, transfersOf } from './read-blocks.js';

/** What is in sight waits so long for a search, for each block that is committed with it. */
const PATIENCE_MS = 2_000;
const LONGEST_PATIENCE_MS = 5 * 60_000;
/** So many blocks are searched together: of a deep reorg there may be thousands. */
const BATCH = 100;
const AT_ONCE = 20;
/** Refused as often by every endpoint, internal transfers are given up; what may pass is waited for. */
const REFUSALS = 3;
const PASSES_WITHIN_MS = 5 * 60_000;
/** A block that cannot be read again is told of from this try on: most can a moment later. */
const TOLD_FROM_TRY = 5;

export interface SearchedBlocks {
  blocks: Block[];
  /** Those to be looked at again; to be kept in the transaction that commits the blocks. */
  late: readonly LateBlock[];
}

/**
 * Looks for value that contracts sent, in blocks that are otherwise read. Whatever is plainly in sight does not wait for
 * it: a block that no endpoint can search now is committed, and searched as soon as one can; until then nothing expires
 * that it might have paid. When none can, it is counted as unsearched.
 *
 * And looks again at blocks that endpoints do not agree about, for as long as it takes: what is plain of them is recorded
 * first, and only then are internal transfers looked for, which alone may be given up.
 */
export class InternalSearches {
  private searching: Promise<void> = Promise.resolve();
  private isSearching = false;

  constructor(
    private readonly chain: Chain,
    private readonly sources: Sources,
  ) {}

  async search(blocks: Block[], head: number, orphanAbove: number | null): Promise<SearchedBlocks> {
    const first = blocks.findIndex(({ doubt }) => doubt !== undefined);
    if (first === -1) return this.searchSure(blocks, head, orphanAbove);
    // What is in doubt may be what a balance grew by: it would be found as an internal transfer, and then once more.
    const [sure, waiting] = [blocks.slice(0, first), blocks.slice(first)];
    const reason = waiting[0]?.doubt as string;
    const before = await this.searchSure(sure, head, orphanAbove);
    return { blocks: [...before.blocks, ...waiting], late: [...before.late, ...this.late(waiting, reason)] };
  }

  private async searchSure(
    blocks: Block[],
    head: number,
    orphanAbove: number | null,
  ): Promise<SearchedBlocks> {
    if (blocks.length === 0) return { blocks, late: [] };
    const search = this.foundOrNot(blocks, head, orphanAbove);
    const patienceMs = Math.min(LONGEST_PATIENCE_MS, PATIENCE_MS * blocks.length);
    const tooLong = new Error(`no answer within ${patienceMs} ms`);
    const found = await within<InternalFound | Error>(patienceMs, search, tooLong);
    if (found instanceof Error) return { blocks, late: this.late(blocks, found.message) };
    if (found.unsearched.length > 0) this.sources.onUnsearched(found.unsearched);
    this.tellInPart(found);
    return { blocks: withInternal(blocks, found), late: [] };
  }

  /** Those in which something may yet be found. */
  private late(blocks: Block[], reason: string): LateBlock[] {
    const { internalTransfers } = this.chain;
    return blocks
      .filter(
        ({ runsCode, doubt }) =>
          doubt !== undefined ||
          internalTransfers === 'balance' ||
          (internalTransfers === 'trace' && runsCode),
      )
      .map((block) => ({
        block,
        reason: block.doubt ?? reason,
        isInDoubt: block.doubt !== undefined,
      }));
  }

  /** Writes what a search left over, and forgets what a reorg took. */
  async commit(manager: EntityManager, { late }: SearchedBlocks, orphanAbove: number | null): Promise<void> {
    const { chainId } = this.chain;
    if (orphanAbove !== null) await forgetAbove(manager, chainId, orphanAbove);
    await keepForLater(manager, chainId, late);
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

  /** @returns the failure, where it is of the node */
  private foundOrNot(...asked: Parameters<InternalSearches['found']>): Promise<InternalFound | Error> {
    return this.found(...asked).catch((error: Error) => {
      if (!isOfTheNode(error)) throw error;
      return error;
    });
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
    const asked = {
      head,
      watched: async () => [...new Set([...(await facts.watchedNative(manager, chainId, time)), ...taken])],
      ownAmong: (addresses: readonly Address[]) => facts.ownAmong(manager, addresses),
    };
    const found: InternalFound[] = [];
    for (let first = 0; first < blocks.length; first += BATCH)
      found.push(await internal.search({ ...asked, blocks: blocks.slice(first, first + BATCH) }));
    return foundTogether(found);
  }

  private async searchDue(head: number): Promise<void> {
    const { dataSource, onLateFailed } = this.sources;
    for (const search of await dueSearches(dataSource.manager, this.chain.chainId, AT_ONCE)) {
      try {
        const block = await this.readAgain(search);
        if (block !== null) await this.searchAgain(search, block, head);
      } catch (error) {
        // A fault of ours with one block does not keep the others waiting.
        if (!isOfTheNode(error)) onLateFailed(`block ${search.blockNumber}: ${(error as Error).message}`);
        else if (search.failedSearches !== null) {
          await this.searchFailed(search, error, isAtItsEnd(search, error));
          continue;
        }
        await this.putOffUnread(search, (error as Error).message);
      }
    }
  }

  /**
   * Reads it without a doubt, and records what it plainly brings where that was in doubt.
   * @returns null: it is put off
   */
  private async readAgain(search: LateSearch): Promise<Block | null> {
    const watched = { ...(await this.sources.watch()), areDoubtsTaken: true };
    // By its hash: one endpoint on another branch does not keep it from being read of those that are on ours.
    const block = await this.chain.reader.block(search.blockNumber, watched, search.blockHash);
    if (block === null) {
      await this.putOffUnread(search, `no endpoint has block ${search.blockHash}`);
      return null;
    }
    if (block.doubt !== undefined) {
      if (block.isContradicted) this.sources.onDoubt(block.number, block.doubt);
      await this.putOffUnread(search, block.doubt, block.isContradicted);
      return null;
    }
    if (search.failedSearches === null) {
      await this.apply(block, (manager) => plainlyRead(manager, this.chain.chainId, block.hash));
    }
    return block;
  }

  /** Looks for internal transfers, and for nothing else: it may be given up. */
  private async searchAgain(search: LateSearch, block: Block, head: number): Promise<void> {
    const found = await this.foundOrNot([block], head, null);
    if (found instanceof Error) return this.searchFailed(search, found, isAtItsEnd(search, found));
    if (found.unsearched.length > 0)
      return this.searchFailed(search, new Error('no endpoint has its state any more'), true);
    const [complete] = withInternal([block], found) as [Block];
    await this.apply(complete, (manager) => searched(manager, this.chain.chainId, [block.hash]));
    this.tellInPart(found);
  }

  private tellInPart({ inPart = [] }: InternalFound): void {
    if (inPart.length > 0) this.sources.onInPart(inPart);
  }

  private async searchFailed(search: LateSearch, { message }: Error, isGivenUp: boolean): Promise<void> {
    await putOff(this.sources.dataSource.manager, search, 'search', message, isGivenUp);
    if (isGivenUp) this.sources.onUnsearched([search.blockNumber]);
  }

  /** For as long as it takes: a payment may be in it that is recorded nowhere. */
  private async putOffUnread(search: LateSearch, reason: string, isTold = false): Promise<void> {
    const { dataSource, onLateFailed } = this.sources;
    if (!isTold && search.tries + 1 >= TOLD_FROM_TRY) onLateFailed(`block ${search.blockNumber}: ${reason}`);
    await putOff(dataSource.manager, search, 'reading', reason);
  }

  /** @param isWaiting marks in the same transaction that it is done; false: a reorg has taken the block meanwhile */
  private async apply(block: Block, isWaiting: (manager: EntityManager) => Promise<boolean>): Promise<void> {
    const { cursors, dataSource, facts } = this.sources;
    const { chainId } = this.chain;
    const final = await finalNumber(this.chain.reader, this.chain, Number.MAX_SAFE_INTEGER);
    const disputed = await disputedFrom(dataSource.manager, cursors, this.chain);
    await dataSource.transaction(async (manager) => {
      const scanned = scannedBy(await cursors.hold(manager, chainId));
      if (!(await isWaiting(manager))) return;
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

/**
 * A lie or a failure that may pass is waited for, a refusal is not. For want of a second answer it does not end either:
 * one alone is believed in the end. Time in which it was due and nobody tried, as while the process was down, is none.
 */
function isAtItsEnd({ failedSearches, since, dueAt }: LateSearch, error: Error): boolean {
  if (error instanceof TooFewAnswersError || failedSearches === null) return false;
  if (failedSearches + 1 < REFUSALS) return false;
  if (!(error instanceof UnprovenAnswerError) && !mayPass(error)) return true;
  return dueAt.getTime() - since.getTime() > PASSES_WITHIN_MS;
}

function isOfTheNode(error: unknown): error is Error {
  return error instanceof Error && (error as { retryable?: unknown }).retryable === true;
}
