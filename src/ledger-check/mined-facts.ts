import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { type OutgoingKind, type OutgoingMovement, recipientSide, type Side } from '../ledger/posting.js';
import { type Address, type Asset } from '../ids/ids.js';
import { movedBy } from '../outgoing/erc20.js';

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
  const received =
    tokenAddress === null
      ? amount
      : movedBy(receipt.logs, { token: tokenAddress, from: from.address, to: recipient, sent: amount });
  // A token that says no without reverting moved nothing.
  if (received === 0n) return [];
  return [{ from, to: recipientSide(kind, recipient, paying), tokenAddress, amount, received }];
}
