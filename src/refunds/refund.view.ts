import { getAddress } from 'ethers';
import { type Refund, type RefundState } from './refund.entity.js';

/** A refund as merchants see it: what GET returns and what its webhooks carry as `refund`. */
export interface RefundView {
  id: string;
  payment_id: string;
  state: RefundState;
  /** EIP-55. */
  to: string;
  /** Decimal string in base units of the payment's asset: all of it arrives, the fee is paid beside it. */
  amount: string;
  /** EIP-55; null: the chain's native asset. */
  token_address: string | null;
  reason: string | null;
  /** Where the money comes from; null: not decided yet. */
  source: 'deposit' | 'payout' | null;
  /** Of the transaction as it was last signed; after it was mined, as it was mined. */
  tx_hash: string | null;
  /** What keeps it from being sent for now. */
  waits_for: string | null;
  /** Why it failed; its amount may be refunded again then. */
  failure: string | null;
  /** Wei, as paid; null until it is final. */
  fee: string | null;
  created_at: string;
  sent_at: string | null;
  finished_at: string | null;
}

export function refundView(refund: Refund, txHash: string | null): RefundView {
  return {
    id: refund.id,
    payment_id: refund.paymentId,
    state: refund.state,
    to: getAddress(refund.to),
    amount: refund.amount.toString(),
    token_address: refund.tokenAddress === null ? null : getAddress(refund.tokenAddress),
    reason: refund.reason,
    source: refund.source,
    tx_hash: txHash,
    waits_for: refund.state === 'created' ? refund.waitsFor : null,
    failure: refund.failure,
    fee: refund.fee?.toString() ?? null,
    created_at: refund.createdAt.toISOString(),
    sent_at: refund.sentAt?.toISOString() ?? null,
    finished_at: refund.finishedAt?.toISOString() ?? null,
  };
}
