import { type BlockBody, type RawLog } from './raw-block.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/**
 * That logs asked for by `eth_getLogs` are of the block and of its transactions, and run without a gap: through the
 * block, or from zero in each transaction, as some nodes count. Within a receipt neither matters: its own order is enough.
 * @throws UnprovenAnswerError when they are of another branch, or leave a gap as a log that was left out does; where that
 * is the habit of a chain's nodes, only receipts can tell
 */
export function requireLogsOf(block: BlockBody, logs: readonly RawLog[]): void {
  requireOwnBranch(block, logs);
  const own = new Set(block.transactions.map(({ hash }) => hash));
  const stray = logs.find(({ transactionHash }) => !own.has(transactionHash));
  if (stray) {
    throw new UnprovenAnswerError(
      block.hash,
      `a log is of transaction ${stray.transactionHash}, which it has not`,
    );
  }
  if (!isWithoutGaps(logs)) {
    throw new UnprovenAnswerError(
      block.hash,
      'the numbers of its logs leave gaps, as they do when one was left out',
    );
  }
}

/** @throws UnprovenAnswerError when a reorg has taken one of the logs, or it is of another block */
export function requireOwnBranch({ hash }: BlockBody, logs: readonly RawLog[]): void {
  logs.forEach((log, place) => {
    if (log.removed || log.blockHash !== hash) {
      throw new UnprovenAnswerError(hash, `log ${place} is of another branch`);
    }
  });
}

/** Whether logs are numbered 0…n−1, through the block or in each transaction: then one left out in the middle shows. */
export function isWithoutGaps(logs: readonly RawLog[]): boolean {
  const inTransaction = new Map<string, number>();
  let isThroughBlock = true;
  let isPerTransaction = true;
  logs.forEach(({ transactionHash, logIndex }, place) => {
    const within = inTransaction.get(transactionHash) ?? 0;
    inTransaction.set(transactionHash, within + 1);
    isThroughBlock &&= logIndex === place;
    isPerTransaction &&= logIndex === within;
  });
  return isThroughBlock || isPerTransaction;
}
