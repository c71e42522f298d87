import { checksumAddress } from '../chain/checksum-address.js';
import { givenBack, type RefundFact } from './given-back.js';
import { type Credit, type PaymentException, type PaymentStatus } from './lifecycle.js';
import { type NamedAsset } from './named-asset.js';
import { type Payment, type PaymentSweep } from './payment.entity.js';
import { paymentUri } from './payment-uri.js';

/** A payment as merchants see it: what GET returns and what `data` of its webhooks carries. */
export interface PaymentView {
  id: string;
  status: PaymentStatus;
  exception: PaymentException | null;
  chain: string;
  chain_id: number;
  /** Null: the chain's native asset. */
  token_id: string | null;
  /** Of the asset it asks for. */
  symbol: string;
  decimals: number;
  /** EIP-55. */
  address: string;
  /** Due; this and the other amounts are decimal strings in base units. */
  amount: string;
  /** How much less than the amount is enough, in basis points (1/100 %). */
  underpayment_tolerance_bps: number;
  amount_received: string;
  amount_confirmed: string;
  /** What of it went back, and is final. */
  amount_refunded: string;
  /** What of it is to go back: asked for, or on its way. */
  amount_refund_pending: string;
  confirmations: number;
  /** Null: final when the chain's `finalized` block has reached it. */
  required_confirmations: number | null;
  detected_in_block: number | null;
  reference: string | null;
  metadata: Record<string, unknown> | null;
  /** Grows with every event of this payment; what carries a smaller one is stale. */
  version: number;
  /** EIP-681, for a wallet's QR code. */
  payment_uri: string;
  /** What counts towards the amount, in chain order. */
  transfers: TransferView[];
  expires_at: string;
  created_at: string;
  detected_at: string | null;
  confirmed_at: string | null;
  settled_at: string | null;
  cancelled_at: string | null;
  /** What brought its money to the treasury; null until it is settled. */
  sweep: PaymentSweep | null;
}

export interface TransferView {
  /** Null: an internal transfer that the address's balance tells of, and no node which transaction it was. */
  tx_hash: string | null;
  amount: string;
  block_number: number;
  kind: string;
}

export interface PaymentSubject {
  payment: Payment;
  credits: readonly Pick<Credit, 'txHash' | 'ordinal' | 'amount' | 'blockNumber' | 'kind'>[];
  /** Of what counts. */
  refunds: readonly RefundFact[];
  /** What it asks for. */
  asset: NamedAsset;
}

export function paymentView({ payment, credits, refunds, asset }: PaymentSubject): PaymentView {
  const { refunded, promised } = givenBack(refunds);
  return {
    id: payment.id,
    status: payment.status,
    exception: payment.exception,
    chain: payment.chain,
    chain_id: payment.chainId,
    token_id: payment.tokenId,
    symbol: asset.symbol,
    decimals: asset.decimals,
    address: checksumAddress(payment.address),
    amount: payment.amount.toString(),
    underpayment_tolerance_bps: payment.underpaymentToleranceBps,
    amount_received: payment.amountReceived.toString(),
    amount_confirmed: payment.amountConfirmed.toString(),
    amount_refunded: refunded.toString(),
    amount_refund_pending: promised.toString(),
    confirmations: payment.confirmations,
    required_confirmations: payment.requiredConfirmations,
    detected_in_block: payment.detectedInBlock,
    reference: payment.reference,
    metadata: payment.metadata,
    version: payment.version,
    payment_uri: paymentUri(payment, asset.address),
    transfers: [...credits]
      .sort((a, b) => a.blockNumber - b.blockNumber || a.ordinal - b.ordinal)
      .map((credit) => ({
        tx_hash: credit.txHash,
        amount: credit.amount.toString(),
        block_number: credit.blockNumber,
        kind: credit.kind,
      })),
    expires_at: payment.expiresAt.toISOString(),
    created_at: payment.createdAt.toISOString(),
    detected_at: payment.detectedAt?.toISOString() ?? null,
    confirmed_at: payment.confirmedAt?.toISOString() ?? null,
    settled_at: payment.settledAt?.toISOString() ?? null,
    cancelled_at: payment.cancelledAt?.toISOString() ?? null,
    sweep: payment.settledAt === null ? null : payment.sweep,
  };
}
