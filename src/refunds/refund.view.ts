import { getAddress } from 'ethers';
import { type NamedAsset } from '../payments/named-asset.js';
import { type Refund, type RefundState } from './refund.entity.js';

/** A refund as merchants see it: what GET returns and what its webhooks carry as `refund`. */
export interface RefundView {
  id: string;
  payment_id: string;
  /** The one deposit that goes back; null: of whatever counts towards the payment. */
  deposit_id: string | null;
  status: RefundState;
  /** The same as `status`, by its older name. */
  state: RefundState;
  chain: string;
  chain_id: number;
  /** EIP-55. */
  to: string;
  /** Decimal string in base units of what goes back: all of it arrives, the fee is paid beside it. */
  amount: string;
  /** EIP-55; null: the chain's native asset. */
  token_address: string | null;
  symbol: string;
  decimals: number;
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

export interface RefundSurroundings {
  txHash: string | null;
  chain: string;
  asset: Pick<NamedAsset, 'symbol' | 'decimals'>;
}

export function refundView(refund: Refund, { txHash, chain, asset }: RefundSurroundings): RefundView {
  return {
    id: refund.id,
    payment_id: refund.paymentId,
    deposit_id: refund.depositId,
    status: refund.state,
    state: refund.state,
    chain,
    chain_id: refund.chainId,
    to: getAddress(refund.to),
    amount: refund.amount.toString(),
    token_address: refund.tokenAddress === null ? null : getAddress(refund.tokenAddress),
    symbol: asset.symbol,
    decimals: asset.decimals,
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
