import { checksumAddress } from '../chain/checksum-address.js';
import { type PaymentException, type PaymentStatus } from './lifecycle.js';
import { optionView, type OptionView } from './option.view.js';
import { MOST_TRANSFERS } from './counted-money.js';
import { type CountedTransfer, type PaymentRecord, shownAsset } from './payment-records.js';
import { type LinkAnswer, type PaymentSweep, type UnavailableOption } from './payment.entity.js';
import { paymentUri } from './payment-uri.js';
import { type PriceView, priceViews, type ValueView } from './price.view.js';
import { holdingsOf } from './tally.js';
import { Parts } from './parts.js';

/** A payment as merchants see it: what GET returns and what `data` of its webhooks carries. */
export interface PaymentView {
  id: string;
  status: PaymentStatus;
  exception: PaymentException | null;
  /**
   * This and what else speaks of one asset is of the option that has received most by value; while none has, of the one
   * that the payer chose, else of the first.
   */
  chain: string;
  chain_id: number;
  /** Null: the chain's native asset. */
  token_id: string | null;
  /** Of that asset. */
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
  /** The page where a customer pays; null: PUBLIC_URL is not set. */
  pay_url: string | null;
  /** Where that page leads when it is paid. */
  success_url: string | null;
  /** Where it leads who does not want to pay. */
  cancel_url: string | null;
  /** The payment link that it was made by, and what its visitor wrote there; null: by none. */
  link: { id: string; answers: LinkAnswer[] } | null;
  reference: string | null;
  metadata: Record<string, unknown> | null;
  /** Grows with every event of this payment; what carries a smaller one is stale. */
  version: number;
  /** EIP-681, for a wallet's QR code. */
  payment_uri: string;
  /** What counts towards the amount, in chain order: the newest `MOST_TRANSFERS`. `GET /deposits` lists all. */
  transfers: TransferView[];
  /** How many count, those that are not listed included. */
  transfer_count: number;
  expires_at: string;
  created_at: string;
  detected_at: string | null;
  confirmed_at: string | null;
  settled_at: string | null;
  cancelled_at: string | null;
  /** What brought its money to the treasury; null until it is settled. */
  sweep: PaymentSweep | null;
  /** What it costs, whatever it is paid in; null: it was asked for in an asset. */
  price: PriceView | null;
  /** What came and went of it by value, in the price's currency; null: it has no price. */
  value: ValueView | null;
  /** The assets that it may be paid in, in any mixture of them; at least one. */
  options: OptionView[];
  /** Assets that it could not be offered in, and why. */
  unavailable: UnavailableOption[];
}

export { type OptionView } from './option.view.js';

export interface TransferView {
  /** Null: an internal transfer that the address's balance tells of, and no node which transaction it was. */
  tx_hash: string | null;
  amount: string;
  block_number: number;
  kind: string;
  chain: string;
  chain_id: number;
  /** Null: the chain's native asset. */
  token_id: string | null;
  /** What it is worth in the price's currency, rounded down; null: the payment has no price. */
  value: string | null;
}

export function paymentView(record: PaymentRecord): PaymentView {
  const { payment, options } = record;
  const holdings = holdingsOf(options, record.credits, record.refunds);
  const parts = new Parts(holdings);
  const due = parts.due(payment.underpaymentToleranceBps);
  const asset = shownAsset(record);
  const shown = record.assets.indexOf(asset);
  const { price, value, valueOf } = priceViews(payment, options, parts);
  const back = holdings[shown]?.back;
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
    amount_refunded: (back?.refunded ?? 0n).toString(),
    amount_refund_pending: (back?.promised ?? 0n).toString(),
    confirmations: payment.confirmations,
    required_confirmations: payment.requiredConfirmations,
    detected_in_block: payment.detectedInBlock,
    pay_url: record.payUrl,
    success_url: payment.successUrl,
    cancel_url: payment.cancelUrl,
    link: payment.linkId === null ? null : { id: payment.linkId, answers: payment.linkAnswers ?? [] },
    reference: payment.reference,
    metadata: payment.metadata,
    version: payment.version,
    payment_uri: paymentUri(payment, asset.address),
    transfers: newest(record.transfers).map((credit) => ({
      tx_hash: credit.txHash,
      amount: credit.amount.toString(),
      block_number: credit.blockNumber,
      kind: credit.kind,
      chain: options[credit.option]?.chain ?? payment.chain,
      chain_id: credit.chainId,
      token_id: options[credit.option]?.tokenId ?? null,
      value: valueOf(credit.option, credit),
    })),
    transfer_count: record.transferCount,
    expires_at: payment.expiresAt.toISOString(),
    created_at: payment.createdAt.toISOString(),
    detected_at: payment.detectedAt?.toISOString() ?? null,
    confirmed_at: payment.confirmedAt?.toISOString() ?? null,
    settled_at: payment.settledAt?.toISOString() ?? null,
    cancelled_at: payment.cancelledAt?.toISOString() ?? null,
    sweep: payment.settledAt === null ? null : sweepOf(record, shown),
    price,
    value,
    options: options.map((_option, index) =>
      optionView(record, index, holdings[index] as (typeof holdings)[number], parts.unitsOf(index, due)),
    ),
    unavailable: payment.unavailable ?? [],
  };
}

/** Of the option shown, or of another where a sweep of that is not what settled the payment. */
function sweepOf({ options }: PaymentRecord, shown: number): PaymentSweep | null {
  return options[shown]?.sweep ?? options.find(({ sweep }) => sweep !== null)?.sweep ?? null;
}

function newest(transfers: readonly CountedTransfer[]): CountedTransfer[] {
  return [...transfers].sort(byTime).slice(-MOST_TRANSFERS);
}

/** Of one chain that is the order of its blocks. */
function byTime(a: CountedTransfer, b: CountedTransfer): number {
  return (
    a.blockTime.getTime() - b.blockTime.getTime() ||
    a.chainId - b.chainId ||
    a.blockNumber - b.blockNumber ||
    a.ordinal - b.ordinal
  );
}
