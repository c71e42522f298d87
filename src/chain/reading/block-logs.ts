import { Coalescer } from '../../process/coalescer.js';
import { type BlockProver } from '../proof/block-prover.js';
import { requireLogsOf } from '../blocks/log-order.js';
import { RangeSize } from '../rpc/range-size.js';
import { type RawBlock, type RawLog } from '../blocks/raw-block.js';
import { toQuantity } from 'ethers';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/** All logs of so many full blocks are about as many as vendors answer with at most (10,000). */
const MOST_BLOCKS = 50;

/**
 * Reads all the logs of blocks, each checked against its block. Blocks that are asked for at the same time share a call
 * by range, as far as they lie below the final depth; all others are read by hash.
 */
export class BlockLogs {
  private readonly size = new RangeSize(MOST_BLOCKS);
  /** A failure is an answer too: asking for each block by itself would meet an endpoint that is put aside by then. */
  private readonly asked = new Coalescer<RawBlock, RawLog[] | Error>(
    (blocks) => this.readOrFail(blocks),
    MOST_BLOCKS,
  );

  /**
   * @param finalUpTo the highest block that is deep enough to be final, as far as is known
   * @param isTailAsked whether receipts show that no log is missing at the end; false where receipts cannot be had
   */
  constructor(
    private readonly rpc: Pick<RpcPool, 'fromOneEndpoint'>,
    private readonly prover: BlockProver,
    private readonly finalUpTo: () => number,
    private readonly isTailAsked = true,
  ) {}

  /**
   * The logs of a block that has proved itself, in their order.
   * @throws UnprovenAnswerError, RpcError
   */
  async of(block: RawBlock): Promise<RawLog[]> {
    const logs = await this.asked.call(block);
    if (logs instanceof Error) throw logs;
    return logs;
  }

  private readOrFail(blocks: readonly RawBlock[]): Promise<(RawLog[] | Error)[]> {
    return this.read(blocks).catch((error: Error) => blocks.map(() => error));
  }

  private async read(blocks: readonly RawBlock[]): Promise<RawLog[][]> {
    const read = new Map<RawBlock, RawLog[]>();
    let left = [...blocks].sort((one, other) => Number(one.number) - Number(other.number));
    while (left.length > 0) {
      const range = this.firstRange(left);
      const logs = await this.readRange(range);
      if (logs === null) continue;
      range.forEach((block, index) => read.set(block, logs[index] as RawLog[]));
      left = left.slice(range.length);
    }
    return blocks.map((block) => read.get(block) as RawLog[]);
  }

  /** As many of the first blocks as follow one another and may be asked for at once. */
  private firstRange(blocks: readonly RawBlock[]): RawBlock[] {
    const first = Number(blocks[0]?.number);
    const gap = blocks.findIndex(
      ({ number }, index) =>
        Number(number) !== first + index || (index > 0 && Number(number) > this.finalUpTo()),
    );
    return blocks.slice(0, Math.min(this.size.blocks, gap === -1 ? blocks.length : gap));
  }

  /** @returns null when it was too much, and fewer are to be asked for */
  private async readRange(range: readonly RawBlock[]): Promise<RawLog[][] | null> {
    try {
      const logs = await this.rpc.fromOneEndpoint(async (rpc) => {
        const all = await rpc.call('eth_getLogs', [filterOf(range)]);
        return this.proved(rpc, range, all);
      }, 'eth_getLogs');
      this.size.answered(range.length);
      return logs;
    } catch (error) {
      if (error instanceof RpcError && this.size.refused(range.length, error.failure)) return null;
      throw error;
    }
  }

  private async proved(rpc: Rpc, range: readonly RawBlock[], all: readonly RawLog[]): Promise<RawLog[][]> {
    const byHash = new Map(range.map(({ hash }): [string, RawLog[]] => [hash, []]));
    for (const log of all) {
      const own = byHash.get(log.blockHash);
      // Where nothing else proves that logs are missing, those of another branch must not pass for none.
      if (!own) throw new UnprovenAnswerError(log.blockHash, 'its logs came in the place of those asked for');
      own.push(log);
    }
    return Promise.all(
      range.map(async (block) => {
        const logs = byHash.get(block.hash) as RawLog[];
        requireLogsOf(block, logs);
        this.prover.logs(block, logs);
        if (this.isTailAsked) await requireTail(rpc, block, this.tailOf(block, logs), logs);
        return logs;
      }),
    );
  }

  /** The transactions from the last one that logged on; where no bloom proves that there are no logs, the last one. */
  private tailOf({ transactions }: RawBlock, logs: readonly RawLog[]): RawBlock['transactions'] {
    const last = logs.at(-1)?.transactionHash;
    if (last === undefined) return this.prover.proofs === 'off' ? transactions.slice(-1) : [];
    return transactions.slice(transactions.findIndex(({ hash }) => hash === last));
  }
}

/** By hash wherever it is one block, so that a reorg in between cannot show another one's logs. */
function filterOf(range: readonly RawBlock[]): Record<string, string | undefined> {
  const [first] = range;
  if (range.length === 1) return { blockHash: first?.hash };
  return { fromBlock: toQuantity(first?.number ?? 0), toBlock: toQuantity(range.at(-1)?.number ?? 0) };
}

/**
 * A log left out at the end leaves no gap, and no trace in the bloom when another one looks like it. So the transactions
 * from the last one that logged on are asked how many logs they have.
 * @throws UnprovenAnswerError
 */
async function requireTail(
  rpc: Rpc,
  block: RawBlock,
  tail: RawBlock['transactions'],
  logs: readonly RawLog[],
): Promise<void> {
  const receipts = await Promise.all(tail.map(({ hash }) => rpc.call('eth_getTransactionReceipt', [hash])));
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

/** It may have the block, and not have executed it yet, or no longer have it; another endpoint may. */
export function notYet({ hash }: RawBlock): RpcError {
  return new RpcError('the node', 'for receipts', `it has not all of block ${hash}`);
}
