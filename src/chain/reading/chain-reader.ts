import { type FinalityTag, type Proofs } from '../../config/chains.js';
import { type Block, type BlockRef } from '../blocks/block.js';
import { BlockLogs, notYet } from './block-logs.js';
import { proveBlock, proveReceipts } from '../proof/block-proof.js';
import { mayContain } from '../proof/bloom.js';
import { requireConsistent } from '../blocks/consistency.js';
import { blockOf, blockRef, movementsOf, tokenRecipients, TRANSFER_TOPIC } from '../transfers/movements.js';
import { type RawBlock, type RawReceipt } from '../blocks/raw-block.js';
import { MethodNotFoundError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';

/** What a reader need not ask about: everything else. */
export interface Watch {
  /** Contracts whose Transfer logs are read, lower-case. */
  tokens: ReadonlySet<string>;
  /** Which of these addresses are ours; lower-case. */
  ownAmong: (addresses: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** What the scanner asks of a chain. Numbers are block heights; absent blocks are null. */
export interface ChainReader {
  head(): Promise<BlockRef>;
  /** The first block the chain has: 0, unless it was started at a height. */
  earliest(): Promise<BlockRef>;
  /** The highest block the chain itself calls final; null when there is none yet. */
  finalNumber(tag: FinalityTag): Promise<number | null>;
  header(number: number): Promise<BlockRef | null>;
  /** A whole block, with every movement of value in it that reaches us. */
  block(number: number, watch: Watch): Promise<Block | null>;
}

export class RpcChainReader implements ChainReader {
  private hasBlockReceipts = true;
  private readonly logs: BlockLogs;
  private headNumber = 0;

  /**
   * @param proofs what this chain's blocks can prove about themselves
   * @param finalDepth blocks after which nothing is replaced any more
   */
  constructor(
    private readonly rpc: RpcPool,
    private readonly proofs: Proofs,
    finalDepth: number,
  ) {
    this.logs = new BlockLogs(rpc, proofs, () => this.headNumber - finalDepth);
  }

  async head(): Promise<BlockRef> {
    const head = blockRef(await this.rpc.call('eth_getBlockByNumber', ['latest', false]));
    this.headNumber = head.number;
    return head;
  }

  async earliest(): Promise<BlockRef> {
    return blockRef(await this.rpc.call('eth_getBlockByNumber', ['earliest', false]));
  }

  async finalNumber(tag: FinalityTag): Promise<number | null> {
    const raw = await this.rpc.call('eth_getBlockByNumber', [tag, false]);
    return raw === null ? null : Number(raw.number);
  }

  async header(number: number): Promise<BlockRef | null> {
    const raw = await this.rpc.call('eth_getBlockByNumber', [quantity(number), false]);
    return raw === null ? null : blockRef(raw);
  }

  /**
   * @throws UnprovenAnswerError: what came is not to be believed
   * @throws RpcError
   */
  async block(number: number, watch: Watch): Promise<Block | null> {
    const raw = await this.rpc.call('eth_getBlockByNumber', [quantity(number), true], (block) =>
      block === null ? undefined : proveBlock(block, number, this.proofs),
    );
    if (raw === null) return null;
    const isPaid = await this.isAnyPaid(raw, watch);
    if (raw.transactions.length === 0 || (!isPaid && this.isWithoutLogs(raw, watch.tokens))) {
      return blockOf(raw, []);
    }
    const receipts = (await this.blockReceipts(raw)) ?? (await this.receiptsWhereOurs(raw, isPaid, watch));
    if (receipts === null) return blockOf(raw, []);
    const block = movementsOf(raw, receipts, watch.tokens);
    const own = await watch.ownAmong([...new Set(block.movements.map(({ to }) => to))]);
    return { ...block, movements: block.movements.filter(({ to }) => own.has(to)) };
  }

  /** Whether native value goes to an address of ours, if its transaction succeeded. */
  private isAnyPaid({ transactions }: RawBlock, watch: Watch): Promise<boolean> {
    return isAnyOwn(
      transactions.flatMap(({ to, value }) => (to !== null && BigInt(value) > 0n ? [to.toLowerCase()] : [])),
      watch,
    );
  }

  /** The header has proved its bloom, and that has no false negatives: then nothing more need be asked. */
  private isWithoutLogs({ logsBloom }: RawBlock, tokens: ReadonlySet<string>): boolean {
    if (this.proofs !== 'full' || logsBloom === undefined) return false;
    if (!mayContain(logsBloom, TRANSFER_TOPIC)) return true;
    return ![...tokens].some((token) => mayContain(logsBloom, token));
  }

  /**
   * By hash and not by number, so that a reorg in between cannot mix two branches.
   * @returns null when the node lacks the method
   */
  private async blockReceipts(block: RawBlock): Promise<RawReceipt[] | null> {
    if (!this.hasBlockReceipts) return null;
    try {
      let receipts: RawReceipt[] = [];
      await this.rpc.call('eth_getBlockReceipts', [block.hash], (answer) => {
        receipts = this.proved(block, answer);
      });
      return receipts;
    } catch (error) {
      if (!(error instanceof MethodNotFoundError)) throw error;
      this.hasBlockReceipts = false;
      return null;
    }
  }

  /**
   * For nodes without eth_getBlockReceipts. Logs alone prove less than receipts: the bloom covers no amounts, and no
   * log that looks like another. They do to see that a block has nothing for us; where it has, all its receipts are
   * read one by one.
   * @returns null when nothing in the block reaches us
   */
  private async receiptsWhereOurs(
    block: RawBlock,
    isPaid: boolean,
    watch: Watch,
  ): Promise<RawReceipt[] | null> {
    const isOurs =
      isPaid || (await isAnyOwn(tokenRecipients(await this.logs.of(block), watch.tokens), watch));
    if (!isOurs) return null;
    return this.rpc.fromOneEndpoint(async (rpc) => {
      const receipts = await Promise.all(
        block.transactions.map(({ hash }) => rpc.call('eth_getTransactionReceipt', [hash])),
      );
      return this.proved(block, receipts);
    }, 'eth_getTransactionReceipt');
  }

  private proved(block: RawBlock, receipts: (RawReceipt | null)[] | null): RawReceipt[] {
    // It may have the block, and not have executed it yet, or no longer have it; another endpoint may.
    if (receipts === null || receipts.includes(null)) throw notYet(block);
    const given = receipts as RawReceipt[];
    requireConsistent(block, given);
    if (this.proofs !== 'off') proveReceipts(block, given);
    return given;
  }
}

async function isAnyOwn(addresses: readonly string[], watch: Watch): Promise<boolean> {
  return addresses.length > 0 && (await watch.ownAmong([...new Set(addresses)])).size > 0;
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
