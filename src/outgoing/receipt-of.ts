import { type ChainAccounts, type Receipt } from '../chain/accounts/chain-accounts.js';
import { type OutgoingAttempt } from './outgoing-attempt.entity.js';

/** Of whichever attempt was mined: one of those with the same nonce at the most. Null: none is. @throws RpcError */
export async function receiptOf(
  accounts: ChainAccounts,
  attempts: readonly Pick<OutgoingAttempt, 'txHash'>[],
): Promise<Receipt | null> {
  const receipts = await Promise.all(attempts.map(({ txHash }) => accounts.receipt(txHash)));
  return receipts.findLast((receipt) => receipt !== null) ?? null;
}
