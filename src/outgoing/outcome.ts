import { type Receipt } from '../chain/chain-accounts.js';
import { movedBy } from './erc20.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/** What a receipt says of a transaction. @param amount base units, as moved by the bytes that were mined */
export function outcomeOf(outgoing: OutgoingTransaction, receipt: Receipt, amount: bigint) {
  const { from, recipient: to, tokenAddress: token } = outgoing;
  const moved = token === null ? amount : movedBy(receipt.logs, { token, from, to });
  return {
    amount,
    txHash: receipt.txHash,
    blockNumber: receipt.blockNumber,
    blockHash: receipt.blockHash,
    succeeded: receipt.succeeded,
    gasUsed: receipt.gasUsed,
    effectiveGasPrice: receipt.effectiveGasPrice,
    fee: receipt.fee,
    received: receipt.succeeded ? moved : 0n,
  };
}

/** Null: it did what it was for. */
export function whyFailed({ succeeded, received, tokenAddress }: OutgoingTransaction): string | null {
  if (succeeded !== true) return 'it was mined and reverted: nothing was moved, and its gas was paid';
  if (received === 0n && tokenAddress !== null) {
    return `token ${tokenAddress} took the call and reported no transfer: nothing counts as moved, and its gas was paid`;
  }
  return null;
}

/** The same as before any of it was mined: it waits, with the bytes it has. */
export function unmined(outgoing: OutgoingTransaction): OutgoingTransaction {
  return {
    ...outgoing,
    state: 'sent',
    reason: null,
    txHash: null,
    blockNumber: null,
    blockHash: null,
    succeeded: null,
    gasUsed: null,
    effectiveGasPrice: null,
    fee: null,
    received: null,
    checkedAt: null,
    finishedAt: null,
  };
}
