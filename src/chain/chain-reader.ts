import { type Block, type BlockRef } from './block.js';
import { blockRef, movementsOf } from './movements.js';
import { type RawBlock, type RawHeader, type RawLog, type RawReceipt } from './raw-block.js';
import { MethodNotFoundError } from './rpc-endpoint.js';
import { type RpcPool } from './rpc-pool.js';

/** What the scanner asks of a chain. Numbers are block heights; absent blocks are null. */
export interface ChainReader {
  head(): Promise<BlockRef>;
  /** The first block the chain has: 0, unless it was started at a height. */
  earliest(): Promise<BlockRef>;
  /** The highest block the chain itself calls final (`finalized` tag); null when there is none yet. */
  finalizedNumber(): Promise<number | null>;
  header(number: number): Promise<BlockRef | null>;
  /** A whole block with every movement of value in it. */
  block(number: number, watchedTokens: ReadonlySet<string>): Promise<Block | null>;
}

export class RpcChainReader implements ChainReader {
  private hasBlockReceipts = true;

  constructor(private readonly rpc: RpcPool) {}

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

  async block(number: number, watchedTokens: ReadonlySet<string>): Promise<Block | null> {
    const raw = await this.rpc.call<RawBlock | null>('eth_getBlockByNumber', [quantity(number), true]);
    if (raw === null) return null;
    if (raw.transactions.length === 0) return { ...blockRef(raw), movements: [] };
    return movementsOf(raw, await this.receipts(raw), watchedTokens);
  }

  /** By hash and not by number, so that a reorg in between cannot mix two branches. */
  private async receipts(block: RawBlock): Promise<RawReceipt[]> {
    if (this.hasBlockReceipts) {
      try {
        return (await this.rpc.call<RawReceipt[] | null>('eth_getBlockReceipts', [block.hash])) ?? [];
      } catch (error) {
        if (!(error instanceof MethodNotFoundError)) throw error;
        this.hasBlockReceipts = false;
      }
    }
    return this.receiptsFromLogs(block);
  }

  /**
   * For nodes without eth_getBlockReceipts. A transaction that logged has succeeded, since a failed one keeps no
   * logs (EIP-658); the status of the others is asked one by one, where they carry value.
   */
  private async receiptsFromLogs(block: RawBlock): Promise<RawReceipt[]> {
    const logs = await this.rpc.call<RawLog[]>('eth_getLogs', [{ blockHash: block.hash }]);
    const byTransaction = new Map<string, RawLog[]>();
    for (const log of logs) {
      const own = byTransaction.get(log.transactionHash);
      if (own) own.push(log);
      else byTransaction.set(log.transactionHash, [log]);
    }
    return Promise.all(
      block.transactions.map(async (transaction) => {
        const own = byTransaction.get(transaction.hash);
        if (own)
          return { transactionHash: transaction.hash, blockHash: block.hash, status: '0x1', logs: own };
        if (BigInt(transaction.value) === 0n) {
          return { transactionHash: transaction.hash, blockHash: block.hash, status: '0x0', logs: [] };
        }
        const receipt = await this.rpc.call<RawReceipt | null>('eth_getTransactionReceipt', [
          transaction.hash,
        ]);
        return (
          receipt ?? { transactionHash: transaction.hash, blockHash: 'unknown', status: '0x0', logs: [] }
        );
      }),
    );
  }
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
