import { type Block, type BlockRef, type Movement } from './block.js';
import { type BlockBody, type Outcome, type RawHeader, type RawLog } from './raw-block.js';

/** keccak256("Transfer(address,address,uint256)"), ERC-20. */
export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

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
 * @param receipts of all its transactions in order, as `requireConsistent` wants them
 */
export function movementsOf(
  block: BlockBody,
  receipts: Outcome[],
  watchedTokens: ReadonlySet<string>,
): Block {
  const movements: Movement[] = [];
  block.transactions.forEach((transaction, index) => {
    const receipt = receipts[index] as Outcome;
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
      const movement = tokenMovement(log, { txHash: transaction.hash, ordinal }, watchedTokens);
      if (movement) movements.push(movement);
    });
  });
  return { ...blockRef(block), movements };
}

/** Whom these logs say that tokens went to; lower-case. */
export function tokenRecipients(logs: readonly RawLog[], watchedTokens: ReadonlySet<string>): string[] {
  return logs.flatMap((log, ordinal) => {
    const movement = tokenMovement(log, { txHash: log.transactionHash, ordinal }, watchedTokens);
    return movement ? [movement.to] : [];
  });
}

function tokenMovement(
  log: RawLog,
  { txHash, ordinal }: { txHash: string; ordinal: number },
  watchedTokens: ReadonlySet<string>,
): Movement | undefined {
  const token = log.address.toLowerCase();
  if (!watchedTokens.has(token)) return undefined;
  // ERC-721 has the same topic with a fourth, the token id; its data is empty. Only three topics are ERC-20.
  if (log.topics.length !== 3 || log.topics[0]?.toLowerCase() !== TRANSFER_TOPIC) return undefined;
  if (log.data.length < 66) return undefined;
  const amount = BigInt(log.data.slice(0, 66));
  if (amount === 0n) return undefined;
  return {
    kind: 'erc20',
    txHash: txHash.toLowerCase(),
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
