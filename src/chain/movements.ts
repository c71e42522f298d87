import { type Block, type BlockRef, type Movement } from './block.js';
import { type RawBlock, type RawHeader, type RawLog, type RawReceipt } from './raw-block.js';

/** keccak256("Transfer(address,address,uint256)"), ERC-20. */
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A node's answer that contradicts itself. Asking again, or asking another node, may help. */
export class InconsistentAnswerError extends Error {
  readonly retryable = true;

  constructor(block: string, what: string) {
    super(`the node's answer about block ${block} contradicts itself: ${what}`);
  }
}

export function blockRef(raw: RawHeader): BlockRef {
  return {
    number: Number(raw.number),
    hash: raw.hash.toLowerCase(),
    parentHash: raw.parentHash.toLowerCase(),
    time: new Date(Number(raw.timestamp) * 1000),
  };
}

/**
 * Every value transfer of a block: native value of the transactions that succeeded, and Transfer logs of the tokens
 * watched. Zero-value transfers are left out: they are how address poisoning is done, and move no money.
 * @param watchedTokens contracts, lower-case
 * @throws InconsistentAnswerError when receipts and block do not belong together or logs are missing in between
 */
export function movementsOf(
  block: RawBlock,
  receipts: RawReceipt[],
  watchedTokens: ReadonlySet<string>,
): Block {
  requireSameBlock(block, receipts);
  requireUnbrokenLogs(block, receipts);
  const movements: Movement[] = [];
  block.transactions.forEach((transaction, index) => {
    const receipt = receipts[index] as RawReceipt;
    if (Number(receipt.status) !== 1) return;
    const amount = BigInt(transaction.value);
    if (amount > 0n && transaction.to !== null) {
      movements.push({
        kind: 'native',
        txHash: transaction.hash.toLowerCase(),
        ordinal: 0,
        logIndex: null,
        from: transaction.from.toLowerCase(),
        to: transaction.to.toLowerCase(),
        tokenAddress: null,
        amount,
      });
    }
    receipt.logs.forEach((log, ordinal) => {
      const movement = tokenMovement(log, ordinal, watchedTokens);
      if (movement) movements.push(movement);
    });
  });
  return { ...blockRef(block), movements };
}

function tokenMovement(
  log: RawLog,
  ordinal: number,
  watchedTokens: ReadonlySet<string>,
): Movement | undefined {
  const token = log.address.toLowerCase();
  if (log.removed || !watchedTokens.has(token)) return undefined;
  // ERC-721 has the same topic with a fourth, the token id; its data is empty. Only three topics are ERC-20.
  if (log.topics.length !== 3 || log.topics[0]?.toLowerCase() !== TRANSFER_TOPIC) return undefined;
  const amount = BigInt(log.data.slice(0, 66));
  if (amount === 0n) return undefined;
  return {
    kind: 'erc20',
    txHash: log.transactionHash.toLowerCase(),
    ordinal,
    logIndex: Number(log.logIndex),
    from: addressOfTopic(log.topics[1] as string),
    to: addressOfTopic(log.topics[2] as string),
    tokenAddress: token,
    amount,
  };
}

function addressOfTopic(topic: string): string {
  return `0x${topic.slice(-40).toLowerCase()}`;
}

function requireSameBlock(block: RawBlock, receipts: RawReceipt[]): void {
  if (receipts.length !== block.transactions.length) {
    throw new InconsistentAnswerError(
      block.hash,
      `${block.transactions.length} transactions but ${receipts.length} receipts`,
    );
  }
  receipts.forEach((receipt, index) => {
    if (receipt.blockHash.toLowerCase() !== block.hash.toLowerCase()) {
      throw new InconsistentAnswerError(block.hash, `receipt ${index} is of block ${receipt.blockHash}`);
    }
    const transaction = block.transactions[index]?.hash;
    if (receipt.transactionHash.toLowerCase() !== transaction?.toLowerCase()) {
      throw new InconsistentAnswerError(
        block.hash,
        `receipt ${index} is of another transaction than ${transaction}`,
      );
    }
  });
}

/** Log indices run 0…n−1 through a block, so a log left out in the middle shows. */
function requireUnbrokenLogs(block: RawBlock, receipts: RawReceipt[]): void {
  receipts
    .flatMap((receipt) => receipt.logs)
    .forEach((log, expected) => {
      if (Number(log.logIndex) !== expected) {
        throw new InconsistentAnswerError(
          block.hash,
          `log ${expected} is missing, the next one is ${Number(log.logIndex)}`,
        );
      }
    });
}
