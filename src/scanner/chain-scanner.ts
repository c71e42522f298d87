import { type DataSource, type EntityManager } from 'typeorm';
import { type Block, type BlockRef } from '../chain/blocks/block.js';
import { type Watch } from '../chain/reading/chain-reader.js';
import { type Chain } from '../chain/chain.js';
import { saveAgreed } from '../chain/position/scanned-positions.js';
import { type ChainFactsService, type ChainPosition } from '../payments/chain-facts.service.js';
import { type ObservedTransfer } from '../payments/observed-transfer.js';
import { agreedBlock, disputedFrom, scannedBy, type ScannedBlock } from './agreed-block.js';
import { type ChainCursor } from '../chain/position/chain-cursor.entity.js';
import { type BlockWitnesses } from './block-witnesses.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { InternalSearches, type SearchedBlocks } from './internal-searches.js';
import { knownUntil } from './late-search.repository.js';
import { linkedPrefix, planNext } from './plan.js';
import { ReadAhead } from './read-ahead.js';
import { atMost, finalNumber, GROUP, readBlocks, transfersOf } from './read-blocks.js';
import { BranchReader, ReorgTooDeepError } from './reorg.js';
import { SetBack } from './set-back.js';
import { FirstHead } from './first-head.js';
import { ancestorsOf, startAfter } from './start-block.js';
import { rememberedDownTo } from './window.js';
import { firstPaymentAt } from '../payments/payment-addresses.js';
import { runningMs } from '../process/running-time.js';

/** Blocks at most that are committed together while catching up. */
const BATCH = 100;
/** Payments advanced in one transaction when time or depth alone moves them. */
const DUE_BATCH = 200;

/** So long no endpoint has a block below its head before anybody is told. */
const MISSING_MS = 10_000;

export interface Scanned {
  /** More blocks are waiting: scan again at once. */
  isBehind: boolean;
  /** The block we have come to. */
  scanned: ScannedBlock;
  /** Why the scan waits though endpoints answer, in words; undefined: it does not. */
  waitsFor?: string;
  /** The endpoints are on another branch than ours: nothing is decided by ours meanwhile. */
  isElsewhere?: boolean;
}

export interface Step extends Scanned {
  /** The node's. */
  head: number;
}

export interface Sources {
  cursors: CursorRepository;
  facts: ChainFactsService;
  dataSource: DataSource;
  /** Who reads blocks besides. */
  witnesses: BlockWitnesses;
  /** What blocks are read for. */
  watch: () => Promise<Watch>;
  /** Blocks that internal transfers could not be looked for in. */
  onUnsearched: (blocks: number[]) => void;
  /** Blocks that no endpoint could trace whole. */
  onInPart: (blocks: number[]) => void;
  onLateFailed: (reason: string) => void;
  /** What endpoints contradict each other about, and nothing proves, waits. */
  onDoubt: (block: number, reason: string) => void;
  /** The first scan begins above the first payment, since no endpoint has older blocks. */
  onStartMissing: (oldest: BlockRef, wanted: Date) => void;
  /** No endpoint gives all blocks from there on up to a head of theirs, for a while. */
  onMissing: (from: number, head: number) => void;
  onReorg: (reorg: { from: number; ancestor: number }) => void;
}

/**
 * One chain's loop: follow, match, confirm, expire. It keeps nothing in memory that matters: what it knows is in
 * Postgres, moved in the same transaction as the payments, so that a crash anywhere only means doing it again.
 */
export class ChainScanner {
  private readonly searches: InternalSearches;
  private readonly ahead = new ReadAhead((from, to) => this.read(from, to));
  private readonly branch: BranchReader;
  private readonly setBack: SetBack;
  private readonly firstHead = new FirstHead();
  /** As of the beginning of the step under way. */
  private watch: Watch | null = null;
  /** Where the scan does not go on, though the head is above, and since when. */
  private lacks: { from: number; sinceMs: number } | null = null;

  constructor(
    private readonly chain: Chain,
    private readonly sources: Sources,
  ) {
    this.searches = new InternalSearches(chain, sources);
    this.branch = new BranchReader(chain, sources.cursors, {
      read: (from, to) => this.read(from, to),
      search: (blocks, head, orphanAbove) => this.searches.search(blocks, head, orphanAbove),
    });
    this.setBack = new SetBack(chain, sources.cursors);
  }

  /**
   * One step: at most one batch of blocks, or one reorg, and the payments that became due.
   * @throws RpcError, UnprovenAnswerError, CursorMovedError: nothing was changed, the next step may succeed
   * @throws ReorgTooDeepError: an operator has to look
   */
  async step(): Promise<Step> {
    const { cursors, watch } = this.sources;
    const [head, watched] = await Promise.all([this.chain.reader.head(), watch()]);
    this.watch = { ...watched, areDoubtsTaken: true };
    const cursor = (await cursors.find(this.chain.chainId)) ?? (await this.start());
    const moved = await this.followOrReorg(cursor, head);
    this.searches.searchLate(head.number);
    if (moved.isElsewhere !== true) await this.advanceDue(moved.scanned);
    return { ...moved, head: head.number };
  }

  private async start(): Promise<ChainCursor> {
    const { cursors, dataSource, onStartMissing: onMissing } = this.sources;
    const { chainId, reader, startBlock: configured } = this.chain;
    const heads = await reader.heads();
    const firstAt = await firstPaymentAt(dataSource.manager, chainId);
    const start = { configured, firstPaymentAt: firstAt, firstHead: this.firstHead, onMissing };
    const block = await startAfter(reader, heads, start);
    await cursors.start(chainId, block, await ancestorsOf(reader, block));
    return (await cursors.find(chainId)) as ChainCursor;
  }

  private async followOrReorg(cursor: ChainCursor, head: BlockRef): Promise<Scanned> {
    const here = { number: cursor.blockNumber, hash: cursor.blockHash };
    const unmoved = { isBehind: false, scanned: scannedBy(cursor) };
    const plan = planNext(here, head, GROUP);
    if (head.number >= here.number) this.setBack.isOver();
    else return this.waitOrFollow(cursor, head);
    if (plan.kind === 'wait') return unmoved;
    if (plan.kind === 'reorg') return this.reorg(cursor, head, plan.from);
    const { blocks, linked } = await this.readLinked(here.hash, plan, head.number);
    if (linked.length > 0) {
      this.branch.forget();
      return this.commit(cursor, await this.searches.search(linked, head.number, null), null, head);
    }
    // A node that just told of its head may not have all of it yet; only another parent is a reorg.
    if (blocks[0] === null) {
      this.missing(plan.from, head);
      return unmoved;
    }
    return this.reorg(cursor, head, cursor.blockNumber);
  }

  /** The head is below what was scanned. */
  private async waitOrFollow(cursor: ChainCursor, head: BlockRef): Promise<Scanned> {
    const found = await this.setBack.look(head);
    if (found.kind === 'set back') return this.reorg(cursor, head, head.number);
    if (found.kind === 'set back below all')
      throw new ReorgTooDeepError(this.chain.name, found.known, found.lowest);
    const { waitsFor } = found;
    const isElsewhere = found.kind === 'other branch';
    return { isBehind: false, scanned: scannedBy(cursor), waitsFor, isElsewhere };
  }

  /** What was read ahead may be of a branch that is gone by now; then it is read again before it is called a reorg. */
  private async readLinked(
    parentHash: string,
    { from, to }: { from: number; to: number },
    head: number,
  ): Promise<{ blocks: (Block | null)[]; linked: Block[] }> {
    this.ahead.read(from, head);
    const ahead = linkedPrefix(parentHash, await this.ahead.take(from, BATCH));
    if (ahead.length > 0) return { blocks: ahead, linked: ahead };
    const blocks = await this.read(from, to);
    return { blocks, linked: linkedPrefix(parentHash, blocks) };
  }

  /** Replaces our branch with the node's, in one transaction, once all of it is read. */
  private async reorg(cursor: ChainCursor, head: BlockRef, from: number): Promise<Scanned> {
    const ours = { number: cursor.blockNumber, hash: cursor.blockHash };
    const unmoved = { scanned: scannedBy(cursor), isElsewhere: true };
    const branch = await this.branch.readOn({ from, ours, head: head.number, batch: BATCH });
    if (branch === 'unfinished') return { ...unmoved, isBehind: true };
    // It is read on with the next step, and not at once: a node may lack a block of it for long.
    if (branch === null) {
      this.missing(from, head);
      return { ...unmoved, isBehind: false };
    }
    // A head that went back: there is nothing in the place of ours yet.
    if (branch.blocks.length === 0) return { isBehind: false, scanned: scannedBy(cursor) };
    this.sources.onReorg({ from: cursor.blockNumber, ancestor: branch.ancestor });
    const committed = await this.commit(cursor, branch, branch.ancestor, head);
    this.branch.forget();
    return committed;
  }

  /** Usually the node has it a moment later, or the branch has changed; where it lasts, somebody is told. */
  private missing(from: number, head: BlockRef): void {
    const nowMs = runningMs();
    if (this.lacks?.from !== from) this.lacks = { from, sinceMs: nowMs };
    if (nowMs - this.lacks.sinceMs >= MISSING_MS) this.sources.onMissing(from, head.number);
  }

  private async read(from: number, to: number): Promise<(Block | null)[]> {
    this.watch ??= { ...(await this.sources.watch()), areDoubtsTaken: true };
    return readBlocks(this.chain.reader, this.watch, from, to);
  }

  /** Transfers, payments, events and cursor: all of it or nothing. @param found the blocks, searched */
  private async commit(
    cursor: ChainCursor,
    found: SearchedBlocks,
    orphanAbove: number | null,
    head: BlockRef,
  ): Promise<Scanned> {
    const { cursors, dataSource, facts, witnesses } = this.sources;
    const { blocks } = found;
    const witnessed = await witnesses.read(this.chain, blocks, head);
    const last = blocks.at(-1) as Block;
    const { chainId } = this.chain;
    const transfers = blocks.flatMap(transfersOf);
    const final = await finalNumber(this.chain.reader, this.chain, last.number);
    const compared = await this.compared(blocks, transfers, orphanAbove !== null);
    await dataSource.transaction(async (manager) => {
      await cursors.lock(manager, chainId, cursor.blockHash);
      await cursors.advance(manager, chainId, blocks, orphanAbove, rememberedDownTo(this.chain, last, final));
      await this.searches.commit(manager, found, orphanAbove);
      const position = await this.position(manager, last, final, compared);
      for (const { before } of witnessed) await before(manager);
      // Those that this very block makes deep enough move with it; what is more than a batch follows.
      await facts.apply(manager, { ...position, orphanAbove, transfers }, DUE_BATCH);
      for (const { after } of witnessed) await after(manager);
    });
    return { isBehind: last.number < head.number, scanned: last };
  }

  /**
   * Comparing the endpoints costs calls, so it is done where something hangs on it.
   * @param blocks the newest we have, committed or not yet, in order
   * @returns from where on they disagree; undefined: they were not compared
   */
  private async compared(
    blocks: readonly ScannedBlock[],
    transfers: readonly ObservedTransfer[],
    isReorg: boolean,
  ): Promise<number | null | undefined> {
    const { cursors, dataSource, facts } = this.sources;
    const { chainId, rpcUrls } = this.chain;
    const last = blocks.at(-1) as ScannedBlock;
    if (rpcUrls.length < 2) return null;
    if (!isReorg && !(await facts.mayDecide(dataSource.manager, chainId, last, transfers))) return undefined;
    return disputedFrom(dataSource.manager, cursors, this.chain, blocks);
  }

  /**
   * The block by which payments are confirmed and expired; the latter only as far as everything has been looked for. What
   * the endpoints agreed on when they were compared is kept for the scanners of other chains, which decide by it of
   * payments that may be paid on this one too.
   */
  private async position(
    manager: EntityManager,
    scanned: ScannedBlock,
    final: number | null,
    compared: number | null | undefined,
  ): Promise<ChainPosition> {
    const { chainId } = this.chain;
    const block = await agreedBlock(manager, this.sources.cursors, chainId, scanned, compared ?? null);
    const agreed = { number: block.number, time: await knownUntil(manager, this.chain, block.time) };
    const isUnsure = agreed.time < scanned.time;
    const position = { chainId, agreed, isUnsure, finalNumber: atMost(agreed.number, final) };
    if (compared !== undefined)
      await saveAgreed(manager, chainId, { ...agreed, finalNumber: position.finalNumber });
    return position;
  }

  /** Ends when nothing is under way beside the steps. */
  settle(): Promise<void> {
    return this.searches.settle();
  }

  private async advanceDue(scanned: ScannedBlock): Promise<void> {
    let found = DUE_BATCH;
    const compared = await this.compared([scanned], [], false);
    while (found === DUE_BATCH) {
      const final = await finalNumber(this.chain.reader, this.chain, Number.MAX_SAFE_INTEGER);
      found = await this.sources.dataSource.transaction((manager) =>
        this.advanceDueBatch(manager, final, compared),
      );
    }
  }

  private async advanceDueBatch(
    manager: EntityManager,
    final: number | null,
    compared: number | null | undefined,
  ): Promise<number> {
    const { cursors, facts } = this.sources;
    const cursor = await cursors.hold(manager, this.chain.chainId);
    const position = await this.position(manager, scannedBy(cursor), final, compared);
    return facts.advanceDue(manager, position, DUE_BATCH);
  }
}
