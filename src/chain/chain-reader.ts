import { type Proofs } from '../config/chains.js';
import { type Block, type BlockRef } from './block.js';
import { proveBlock, proveLogs, proveReceipts } from './block-proof.js';
import { mayContain } from './bloom.js';
import { requireConsistent, requireLogsOf } from './consistency.js';
import { blockOf, blockRef, movementsOf, tokenRecipients, TRANSFER_TOPIC } from './movements.js';
import { type RawBlock, type RawHeader, type RawLog, type RawReceipt } from './raw-block.js';
import { MethodNotFoundError, type Rpc, RpcError } from './rpc-endpoint.js';
import { type RpcPool } from './rpc-pool.js';
import { UnprovenAnswerError } from './unproven-answer.js';

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
  /** The highest block the chain itself calls final (`finalized` tag); null when there is none yet. */
  finalizedNumber(): Promise<number | null>;
  header(number: number): Promise<BlockRef | null>;
  /** A whole block, with every movement of value in it that reaches us. */
  block(number: number, watch: Watch): Promise<Block | null>;
}

export class RpcChainReader implements ChainReader {
  private hasBlockReceipts = true;

  /** @param proofs what this chain's blocks can prove about themselves */
  constructor(
    private readonly rpc: RpcPool,
    private readonly proofs: Proofs,
  ) {}

  async head(): Promise<BlockRef> {
    return blockRef(await this.rpc.call<RawHeader>('eth_getBlockByNumber', ['latest', false]));
  }

  async earliest(): Promise<BlockRef> {
    return blockRef(await this.rpc.call<RawHeader>('eth_getBlockByNumber', ['earliest', false]));
  }

  async finalizedNumber(): Promise<number | null> {
    const raw = await this.rpc.call<RawHeader | null>('eth_getBlockByNumber', ['finalized', false]);
    return raw === null ? null : Number(raw.number);
  }

  async header(number: number): Promise<BlockRef | null> {
    const raw = await this.rpc.call<RawHeader | null>('eth_getBlockByNumber', [quantity(number), false]);
    return raw === null ? null : blockRef(raw);
  }

  /**
   * @throws UnprovenAnswerError: what came is not to be believed
   * @throws RpcError
   */
  async block(number: number, watch: Watch): Promise<Block | null> {
    const raw = await this.rpc.call<RawBlock | null>(
      'eth_getBlockByNumber',
      [quantity(number), true],
      (block) => (block === null ? undefined : proveBlock(block, number, this.proofs)),
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
    if (this.proofs !== 'full') return false;
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
      return await this.rpc.call<RawReceipt[]>('eth_getBlockReceipts', [block.hash], (receipts) =>
        this.proveReceipts(block, receipts),
      );
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
    const isOurs = isPaid || (await isAnyOwn(tokenRecipients(await this.logs(block), watch.tokens), watch));
    if (!isOurs) return null;
    return this.rpc.fromOneEndpoint(async (rpc) => {
      const receipts = await Promise.all(
        block.transactions.map(({ hash }) => rpc.call<RawReceipt>('eth_getTransactionReceipt', [hash])),
      );
      this.proveReceipts(block, receipts);
      return receipts;
    }, 'eth_getTransactionReceipt');
  }

  private logs(block: RawBlock): Promise<RawLog[]> {
    return this.rpc.fromOneEndpoint(async (rpc) => {
      const logs = await rpc.call<RawLog[]>('eth_getLogs', [{ blockHash: block.hash }]);
      requireLogsOf(block, logs);
      if (this.proofs !== 'off') proveLogs(block, logs);
      await requireTail(rpc, block, logs);
      return logs;
    }, 'eth_getLogs');
  }

  private proveReceipts(block: RawBlock, receipts: (RawReceipt | null)[] | null): void {
    // It may have the block, and not have executed it yet, or no longer have it; another endpoint may.
    if (receipts === null || receipts.includes(null)) throw notYet(block);
    const given = receipts as RawReceipt[];
    requireConsistent(block, given);
    if (this.proofs !== 'off') proveReceipts(block, given);
  }
}

/**
 * A log left out at the end leaves no gap, and no trace in the bloom when another one looks like it. So the transactions
 * from the last one that logged on are asked how many logs they have.
 * @throws UnprovenAnswerError
 */
async function requireTail(rpc: Rpc, block: RawBlock, logs: readonly RawLog[]): Promise<void> {
  const last = logs.at(-1)?.transactionHash;
  const tail = block.transactions.slice(block.transactions.findIndex(({ hash }) => hash === last));
  if (last === undefined) return;
  const receipts = await Promise.all(
    tail.map(({ hash }) => rpc.call<RawReceipt | null>('eth_getTransactionReceipt', [hash])),
  );
  if (receipts.some((receipt) => receipt?.blockHash !== block.hash)) throw notYet(block);
  const told = receipts.flatMap((receipt) => receipt?.logs ?? []).length;
  const given = logs.filter(({ transactionHash }) =>
    tail.some(({ hash }) => hash === transactionHash),
  ).length;
  if (told !== given) {
    throw new UnprovenAnswerError(
      block.hash,
      `its last transactions have ${told} logs, and ${given} of them were sent`,
    );
  }
}

async function isAnyOwn(addresses: readonly string[], watch: Watch): Promise<boolean> {
  return addresses.length > 0 && (await watch.ownAmong([...new Set(addresses)])).size > 0;
}

function notYet(block: RawBlock): RpcError {
  return new RpcError('the node', 'for receipts', `it has not all of block ${block.hash}`);
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
