import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { tokenTransferOf } from '../chain/transfers/movements.js';
import { type OutgoingKind, type OutgoingMovement, recipientSide, type Side } from '../ledger/posting.js';
import { type Address, type Asset } from '../ids/ids.js';

/** A transaction of ours as it was signed. */
export interface SignedFacts {
  kind: OutgoingKind;
  from: Side & { address: Address };
  recipient: Address;
  tokenAddress: Asset;
  /** Base units. */
  amount: bigint;
}

/** What a transaction of ours moved, by its receipt alone. @param paying the operator's addresses in the books */
export function minedMovements(
  { kind, from, recipient, tokenAddress, amount }: SignedFacts,
  receipt: Receipt,
  paying: Parameters<typeof recipientSide>[2],
): OutgoingMovement[] {
  if (!receipt.succeeded) return [];
  const claimed =
    tokenAddress === null ? amount : tokensMoved(receipt, tokenAddress, from.address, recipient);
  // More than was sent a token may claim, and it is no more.
  const received = claimed < amount ? claimed : amount;
  // A token that says no without reverting moved nothing.
  if (received === 0n) return [];
  return [{ from, to: recipientSide(kind, recipient, paying), tokenAddress, amount, received }];
}

function tokensMoved({ logs, txHash }: Receipt, token: string, from: Address, to: Address): bigint {
  return logs
    .filter(({ address }) => address.toLowerCase() === token)
    .map((log, ordinal) => tokenTransferOf(log, { txHash, ordinal }))
    .filter((movement) => movement?.from === from && movement.to === to)
    .reduce((sum, movement) => sum + (movement?.amount ?? 0n), 0n);
}
