import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { refusalIn } from './delegate/sweep-delegate.js';
import { movedBy } from './erc20.js';
import { feeShares } from './fee-shares.js';
import { type OutgoingPart } from './outgoing-part.entity.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

const REVERTED = 'it was mined and reverted: nothing was moved, and its gas was paid';

/** What a receipt says of a transaction. @param amount base units, as moved by the bytes that were mined */
export function outcomeOf(outgoing: OutgoingTransaction, receipt: Receipt, amount: bigint) {
  const { from, recipient: to, tokenAddress: token } = outgoing;
  const moved = token === null ? amount : movedBy(receipt.logs, { token, from, to, sent: amount });
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

/** What a receipt says of each part: each for itself, whatever became of the others. */
export function partsOutcome(
  { recipient: delegate }: OutgoingTransaction,
  parts: readonly OutgoingPart[],
  receipt: Receipt,
): OutgoingPart[] {
  const shares = parts.length === 0 ? [] : feeShares(receipt.fee, parts.length);
  return parts.map((part, index) => {
    const { from, recipient: to, tokenAddress: token, amount: sent } = part;
    const received = receipt.succeeded ? movedBy(receipt.logs, { token, from, to, sent }) : 0n;
    const refusal = received > 0n ? null : refusalIn(receipt.logs, delegate, { from, token });
    const reason = receipt.succeeded ? whyNotMoved(token, received, refusal) : REVERTED;
    return { ...part, received, fee: shares[index] as bigint, reason };
  });
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

/** Parts of a transaction that is in no block. */
export function unminedParts(parts: readonly OutgoingPart[]): OutgoingPart[] {
  return parts.map((part) => ({ ...part, received: null, fee: null, reason: null }));
}

/** Null: it did what it was for. Of parts each has a reason of its own. */
export function whyFailed({ succeeded, received, tokenAddress }: OutgoingTransaction): string | null {
  if (succeeded !== true) return REVERTED;
  return tokenAddress === null ? null : whyNotMoved(tokenAddress, received ?? 0n, null);
}

function whyNotMoved(token: string, received: bigint, refusal: string | null): string | null {
  if (received > 0n) return null;
  if (refusal !== null) {
    return `token ${token} refuses the transfer: ${refusal}; nothing was moved, and its gas was paid`;
  }
  return `token ${token} took the call and reported no transfer: nothing counts as moved, and its gas was paid`;
}
