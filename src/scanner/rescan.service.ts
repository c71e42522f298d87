import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type Block } from '../chain/blocks/block.js';
import { withInternal } from '../chain/transfers/internal-transfers.js';
import { type Chain } from '../chain/chain.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { ChainFactsService, type RecordedTransfer } from '../payments/chain-facts.service.js';
import { agreedBlock, disputedFrom, scannedBy } from './agreed-block.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { knownUntil, searched } from './late-search.repository.js';
import { linkedPrefix } from './plan.js';
import { type OnTooFew, untilEnough } from './second-word.js';
import { atMost, finalNumber, readBlocks, transfersOf } from './read-blocks.js';
import { watchOf } from './watch.js';
import { type Address, type ChainId, type TxHash } from '../ids/ids.js';

const BATCH = 20;

export interface RescanRange {
  chain: string;
  /** First and last block, both read. */
  from: number;
  to: number;
  /** Whose balances are followed even though no open payment is theirs; lower-case. */
  alsoWatch?: readonly Address[];
}

export interface RescanResult {
  blocks: number;
  /** Transfers to our addresses that the chain shows in the range. */
  found: number;
  /** Of these, those we did not have. */
  added: number;
  /** Blocks in which internal transfers were not looked for, since no endpoint has their state any more. */
  unsearched: number[];
  /** What we have in the range and the chain, as this node shows it, has not. Nothing was changed about them. */
  unexplained: { tx_hash: TxHash | null; ordinal: number; block_number: number; payment_id: string }[];
}

interface ReadRange {
  blocks: Block[];
  unsearched: readonly number[];
  final: number | null;
  disputed: number | null;
}

/** What was asked for cannot be done, and why. Nothing was changed. */
export class RescanRefusedError extends Error {}

/**
 * Reads a range of blocks again, and records what is missing. What is right already is left as it is; what the chain
 * does not show is reported and not touched, because undoing is for the reorg logic, which knows both branches.
 */
@Injectable()
export class RescanService {
  constructor(
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    private readonly facts: ChainFactsService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /**
   * @param onProgress called with the last block committed
   * @param onTooFew waits until the same blocks are worth asking for again; without it, nobody has the time
   * @throws NoSuchChainError, RescanRefusedError; TooFewAnswersError where nobody waits; RpcError: what was committed
   * before stays, the range can be read again
   */
  async rescan(
    range: RescanRange,
    onProgress: (block: number) => void,
    onTooFew?: OnTooFew,
  ): Promise<RescanResult> {
    const chain = await this.checked(range);
    const result: RescanResult = { blocks: 0, found: 0, added: 0, unsearched: [], unexplained: [] };
    let parent: string | null = null;
    for (let from = range.from; from <= range.to; from += BATCH) {
      const part = { ...range, from, to: Math.min(range.to, from + BATCH - 1) };
      const { blocks, unsearched } = await untilEnough(() => this.read(chain, part, parent), onTooFew);
      const final = await finalNumber(chain.reader, chain, Number.MAX_SAFE_INTEGER);
      const disputed = await disputedFrom(this.dataSource.manager, this.cursors, chain);
      await this.dataSource.transaction((manager) =>
        this.compare(manager, chain, { blocks, unsearched, final, disputed }, result),
      );
      parent = (blocks.at(-1) as Block).hash;
      onProgress((blocks.at(-1) as Block).number);
    }
    return result;
  }

  private async checked({ chain: name, from, to }: RescanRange): Promise<Chain> {
    const chain = this.chains.of({ name });
    if (from > to) throw new RescanRefusedError(`block ${from} is above block ${to}: give --from below --to`);
    const status = await this.chains.check(name);
    if (status.state === 'refused') throw new RescanRefusedError(status.reasons.join('; '));
    const cursor = await this.cursors.find(chain.chainId);
    if (cursor === null || to > cursor.blockNumber) {
      throw new RescanRefusedError(
        `block ${to} has not been scanned yet: the scan of ${name} is at ${cursor?.blockNumber ?? 'no block'}`,
      );
    }
    return chain;
  }

  private async read(
    chain: Chain,
    { from, to, alsoWatch = [] }: RescanRange,
    parent: string | null,
  ): Promise<Pick<ReadRange, 'blocks' | 'unsearched'>> {
    const { chains, facts, dataSource } = this;
    const watch = await watchOf(chain, { chains, facts, dataSource });
    const blocks = await readBlocks(chain.reader, watch, from, to);
    const linked = linkedPrefix(parent ?? blocks[0]?.parentHash ?? '', blocks);
    if (linked.length < blocks.length) {
      throw new RescanRefusedError(
        `the node's blocks from ${from} to ${to} do not link to one another: it lacks some, or a reorg is under way`,
      );
    }
    const { manager } = dataSource;
    const { chainId } = chain;
    await this.requireAgreed(chain, linked);
    const found = await chain.internal.search({
      blocks: linked,
      head: (await chain.reader.head()).number,
      watched: async () => [
        ...new Set([
          ...alsoWatch,
          ...(await facts.watchedNative(manager, chainId, (linked[0] as Block).time)),
          ...(await facts.recorded(manager, { chainId, from, to })).filter(isInternal).map((one) => one.to),
        ]),
      ],
      ownAmong: (addresses) => facts.ownAmong(manager, addresses),
    });
    return { blocks: withInternal(linked, found), unsearched: found.unsearched };
  }

  /** The cursor is held, so that the scan commits nothing in between. */
  private async compare(
    manager: EntityManager,
    chain: ChainConfig,
    { blocks, unsearched, final, disputed }: ReadRange,
    result: RescanResult,
  ): Promise<void> {
    const { chainId } = chain;
    const scanned = scannedBy(await this.cursors.hold(manager, chainId));
    const agreed = await agreedBlock(manager, this.cursors, chainId, scanned, disputed);
    await this.requireOurBranch(manager, chainId, blocks);
    const range = { chainId, from: (blocks[0] as Block).number, to: (blocks.at(-1) as Block).number };
    const transfers = blocks.flatMap(transfersOf);
    const before = await this.facts.recorded(manager, range);
    if (chain.internalTransfers !== 'off') {
      const isSearched = ({ number }: Block) => !unsearched.includes(number);
      await searched(
        manager,
        chainId,
        blocks.filter(isSearched).map(({ hash }) => hash),
      );
    }
    const time = await knownUntil(manager, chain, agreed.time);
    await this.facts.apply(manager, {
      chainId,
      agreed: { number: agreed.number, time },
      isUnsure: time < scanned.time,
      finalNumber: atMost(agreed.number, final),
      orphanAbove: null,
      transfers,
    });
    const after = await this.facts.recorded(manager, range);
    const shown = new Set(transfers.map(keyOf));
    const known = new Set(before.map(keyOf));
    result.blocks += blocks.length;
    result.unsearched.push(...unsearched);
    result.found += after.filter((transfer) => shown.has(keyOf(transfer))).length;
    result.added += after.filter((transfer) => !known.has(keyOf(transfer))).length;
    const isLookedFor = (one: RecordedTransfer) =>
      !isInternal(one) || (chain.internalTransfers !== 'off' && !unsearched.includes(one.blockNumber));
    for (const transfer of before.filter((one) => isLookedFor(one) && !shown.has(keyOf(one)))) {
      const { txHash, ordinal, blockNumber, paymentId } = transfer;
      result.unexplained.push({ tx_hash: txHash, ordinal, block_number: blockNumber, payment_id: paymentId });
    }
  }

  /**
   * Blocks below those that we remember link to nothing of ours: one endpoint could make them up, money to our addresses
   * included.
   */
  private async requireAgreed(chain: Chain, blocks: readonly Block[]): Promise<void> {
    const { manager } = this.dataSource;
    await this.requireOurBranch(manager, chain.chainId, blocks);
    const known = await this.cursors.remembered(manager, chain.chainId, blocks);
    const old = blocks.filter(({ number }) => !known.has(number));
    const agreed = await Promise.all(old.map(({ number }) => chain.reader.agreedHeader(number)));
    const other = old.find(({ hash }, index) => agreed[index]?.hash !== hash);
    if (other === undefined) return;
    throw new RescanRefusedError(
      `block ${other.number} is older than what is remembered, and the endpoints of ${chain.name} do not all show the ` +
        'same one, or only one of several shows any: mend or remove those that do not have the whole chain, then try again',
    );
  }

  /** Where we remember the block's hash, another one means a reorg that the scan has yet to follow. */
  private async requireOurBranch(
    manager: EntityManager,
    chainId: ChainId,
    blocks: readonly Block[],
  ): Promise<void> {
    const known = await this.cursors.remembered(manager, chainId, blocks);
    for (const block of blocks) {
      const hash = known.get(block.number);
      if (hash !== undefined && hash !== block.hash) {
        throw new RescanRefusedError(
          `block ${block.number} of the node is not the one that was scanned: a reorg, which the scan follows by itself`,
        );
      }
    }
  }
}

function isInternal({ kind }: Pick<RecordedTransfer, 'kind'>): boolean {
  return kind === 'internal';
}

/**
 * Where a transfer is: mined again in another block, it is another one to this comparison. What came from inside of
 * transactions may have been found with its transaction before and without it now, and is the same money.
 */
function keyOf({
  blockHash,
  txHash,
  to,
  ordinal,
  kind,
}: Pick<RecordedTransfer, 'blockHash' | 'txHash' | 'to' | 'ordinal' | 'kind'>): string {
  return kind === 'internal' ? `${blockHash} ${to}` : `${blockHash} ${txHash} ${ordinal} ${kind}`;
}
