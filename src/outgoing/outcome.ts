import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { refusalIn } from './delegate/sweep-delegate.js';
import { movedBy } from './erc20.js';
import { feeShares } from './fee-shares.js';
import { type OutgoingAttempt } from './outgoing-attempt.entity.js';
import { type OutgoingPart } from './outgoing-part.entity.js';
import { NOT_REFUSED, type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { areEmptyOf } from './transaction-bytes.js';

const REVERTED = 'it was mined and reverted: nothing was moved, and its gas was paid';

const GIVEN_UP =
  'every node refused for good, or for long, what was signed for it: an empty transaction took its nonce, so that nothing was moved, ' +
  'and its gas was paid';

/** Of an attempt that was mined: null, or that it gave the transaction up. */
function whyGivenUp(
  { from }: Pick<OutgoingTransaction, 'from'>,
  { raw }: Pick<OutgoingAttempt, 'raw'>,
): string | null {
  return areEmptyOf(from, raw) ? GIVEN_UP : null;
}

/** What a receipt says of a transaction. @param mined the bytes that were mined */
export function outcomeOf(
  outgoing: OutgoingTransaction,
  receipt: Receipt,
  mined: Pick<OutgoingAttempt, 'raw' | 'amount'>,
) {
  const { from, recipient: to, tokenAddress: token } = outgoing;
  const isGivenUp = whyGivenUp(outgoing, mined) !== null;
  // As deep as what it was for has to be: until then that may be mined in its place.
  const amount = isGivenUp ? outgoing.amount : mined.amount;
  const sent = isGivenUp ? 0n : amount;
  const moved = token === null || isGivenUp ? sent : movedBy(receipt.logs, { token, from, to, sent });
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
  { from: account, recipient: delegate }: OutgoingTransaction,
  parts: readonly OutgoingPart[],
  receipt: Receipt,
  mined: Pick<OutgoingAttempt, 'raw'>,
): OutgoingPart[] {
  const givenUp = whyGivenUp({ from: account }, mined);
  const shares = parts.length === 0 ? [] : feeShares(receipt.fee, parts.length);
  return parts.map((part, index) => {
    const { from, recipient: to, tokenAddress: token, amount: sent } = part;
    const received = receipt.succeeded ? movedBy(receipt.logs, { token, from, to, sent }) : 0n;
    const refusal = received > 0n ? null : refusalIn(receipt.logs, delegate, { from, token });
    const reason = givenUp ?? (receipt.succeeded ? whyNotMoved(token, received, refusal) : REVERTED);
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
    ...NOT_REFUSED,
    finishedAt: null,
  };
}

/** Parts whose authorizations no block can take along any more: their nonces are free again. */
export function withoutAuthorizations(parts: readonly OutgoingPart[]): OutgoingPart[] {
  return parts.map((part) => ({ ...part, authorizationNonce: null }));
}

/** Parts of a transaction that is in no block. */
export function unminedParts(parts: readonly OutgoingPart[]): OutgoingPart[] {
  return parts.map((part) => ({ ...part, received: null, fee: null, reason: null }));
}

/** Null: it did what it was for. Of parts each has a reason of its own. @param mined the bytes that were mined */
export function whyFailed(
  { succeeded, received, tokenAddress, from }: OutgoingTransaction,
  mined: Pick<OutgoingAttempt, 'raw'>,
): string | null {
  const givenUp = whyGivenUp({ from }, mined);
  if (givenUp !== null) return givenUp;
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
