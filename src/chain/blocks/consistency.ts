import { type BlockBody, type Outcome, type RawLog } from './raw-block.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/**
 * What holds on every chain, whatever its roots cover: receipts are of the block's transactions, in their order, and
 * their logs run through the block without a gap.
 * @throws UnprovenAnswerError
 */
export function requireConsistent(block: BlockBody, receipts: readonly Outcome[]): void {
  requireSameBlock(block, receipts);
  requireUnbrokenLogs(
    block.hash,
    receipts.flatMap((receipt) => receipt.logs),
  );
}

/**
 * That logs are of the block and of its transactions, without a gap.
 * @throws UnprovenAnswerError
 */
export function requireLogsOf(block: BlockBody, logs: readonly RawLog[]): void {
  requireUnbrokenLogs(block.hash, logs);
  const own = new Set(block.transactions.map(({ hash }) => hash));
  const stray = logs.find(({ transactionHash }) => !own.has(transactionHash));
  if (stray) {
    throw new UnprovenAnswerError(
      block.hash,
      `a log is of transaction ${stray.transactionHash}, which it has not`,
    );
  }
}

function requireSameBlock(block: BlockBody, receipts: readonly Outcome[]): void {
  if (receipts.length !== block.transactions.length) {
    throw new UnprovenAnswerError(
      block.hash,
      `${block.transactions.length} transactions but ${receipts.length} receipts`,
    );
  }
  receipts.forEach((receipt, index) => {
    if (receipt.blockHash.toLowerCase() !== block.hash.toLowerCase()) {
      throw new UnprovenAnswerError(block.hash, `receipt ${index} is of block ${receipt.blockHash}`);
    }
    const transaction = block.transactions[index]?.hash;
    if (receipt.transactionHash.toLowerCase() !== transaction?.toLowerCase()) {
      throw new UnprovenAnswerError(
        block.hash,
        `receipt ${index} is of another transaction than ${transaction}`,
      );
    }
  });
}

/** Log indices run 0…n−1 through a block, so a log left out in the middle shows. */
function requireUnbrokenLogs(blockHash: string, logs: readonly RawLog[]): void {
  logs.forEach((log, expected) => {
    if (log.removed || log.blockHash.toLowerCase() !== blockHash.toLowerCase()) {
      throw new UnprovenAnswerError(blockHash, `log ${expected} is of another branch`);
    }
    if (Number(log.logIndex) !== expected) {
      throw new UnprovenAnswerError(
        blockHash,
        `log ${expected} is missing, the next one is ${Number(log.logIndex)}`,
      );
    }
  });
}
