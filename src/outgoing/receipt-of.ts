import { type ChainAccounts, type Receipt } from '../chain/accounts/chain-accounts.js';
import { type OutgoingAttempt } from './outgoing-attempt.entity.js';

/**
 * Of whichever attempt was mined: one of those with the same nonce at the most. Null: the node shows none, which does
 * not prove that none is mined.
 * @throws RpcError
 */
export async function receiptOf(
  accounts: ChainAccounts,
  attempts: readonly Pick<OutgoingAttempt, 'txHash'>[],
): Promise<Receipt | null> {
  const receipts = await Promise.all(attempts.map(({ txHash }) => accounts.receipt(txHash)));
  return receipts.findLast((receipt) => receipt !== null) ?? null;
}

/** As `receiptOf`, of every endpoint: endpoints may name different blocks. @throws RpcError */
export async function receiptsOf(
  accounts: ChainAccounts,
  attempts: readonly Pick<OutgoingAttempt, 'txHash'>[],
): Promise<Receipt[]> {
  const receipts = await Promise.all(attempts.map(({ txHash }) => accounts.receiptsAnywhere(txHash)));
  return receipts.flat();
}
