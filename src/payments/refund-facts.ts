import { type EntityManager } from 'typeorm';
import { type RefundFact, type RefundState } from './given-back.js';

interface RefundRow {
  id: string;
  payment_id: string;
  amount: string;
  state: RefundState;
  after_confirmation: boolean;
}

/**
 * The refunds of what counts towards the payments, as they stand in the caller's transaction. They are written under the
 * lock of the payment's row, so that whoever holds it sees all of them. The refund of a deposit that does not count takes
 * nothing from the payment; one of a deposit that a reorg took away does, as its money may have come from elsewhere.
 */
export async function refundsOfCounted(
  manager: EntityManager,
  paymentIds: readonly string[],
): Promise<(RefundFact & { paymentId: string })[]> {
  if (paymentIds.length === 0) return [];
  const rows = await manager.query<RefundRow[]>(
    `SELECT refund.id, refund.payment_id, refund.amount, refund.state, refund.after_confirmation
     FROM refunds refund LEFT JOIN transfers deposit ON deposit.id = refund.deposit_id
     WHERE refund.payment_id = ANY($1) AND (refund.deposit_id IS NULL OR deposit.uncounted_reason IS NULL
       OR (deposit.uncounted_reason = 'after_watch' AND deposit.resolution = 'accepted'))`,
    [paymentIds],
  );
  return rows.map((row) => ({
    id: row.id,
    paymentId: row.payment_id,
    amount: BigInt(row.amount),
    state: row.state,
    isAfterConfirmation: row.after_confirmation,
  }));
}
