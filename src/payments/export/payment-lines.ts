import { type CsvValue } from '../../http/csv.js';
import { type PaymentRecord } from '../payment-records.js';
import { type OptionView, paymentView, type PaymentView } from '../payment.view.js';
import { type PaymentException, type PaymentStatus } from '../lifecycle.js';
import { optionValues, type ValueView } from '../price.view.js';

/**
 * One asset that a payment may be paid in, with the payment it belongs to: for bookkeeping, where lines are added up. Amounts
 * are decimal strings in base units of the asset, values in whole units of the price's currency; times ISO 8601, UTC.
 */
export interface PaymentLine {
  payment_id: string;
  merchant_id: string;
  reference: string | null;
  status: PaymentStatus;
  exception: PaymentException | null;
  created_at: string;
  expires_at: string;
  detected_at: string | null;
  confirmed_at: string | null;
  settled_at: string | null;
  cancelled_at: string | null;
  address: string;
  /** Null, with the currency: it was asked for in an asset. */
  price_amount: string | null;
  price_currency: string | null;
  price_chain: string | null;
  /** 1-based, in the order in which they are offered. */
  option: number;
  /** How many there are, and so how many lines the payment has. */
  options: number;
  chain: string;
  chain_id: number;
  token_id: string | null;
  token_address: string | null;
  symbol: string;
  decimals: number;
  /** The whole payment in this asset. */
  amount: string;
  amount_received: string;
  amount_confirmed: string;
  amount_refunded: string;
  amount_refund_pending: string;
  /** What one whole unit of the asset was worth when the payment was made. */
  rate: string | null;
  rate_at: string | null;
  /** With spaces between them. */
  rate_sources: string | null;
  /** What came and went in this asset by value; those of all lines of a payment add up to the payment's own. */
  value_received: string | null;
  value_confirmed: string | null;
  value_refunded: string | null;
  value_refund_pending: string | null;
  sweep_tx_hash: string | null;
  sweep_amount: string | null;
  /** Base units of the chain's native asset. */
  sweep_fee: string | null;
}

/** In the order in which CSV has them. */
export const PAYMENT_COLUMNS = [
  'payment_id',
  'merchant_id',
  'reference',
  'status',
  'exception',
  'created_at',
  'expires_at',
  'detected_at',
  'confirmed_at',
  'settled_at',
  'cancelled_at',
  'address',
  'price_amount',
  'price_currency',
  'price_chain',
  'option',
  'options',
  'chain',
  'chain_id',
  'token_id',
  'token_address',
  'symbol',
  'decimals',
  'amount',
  'amount_received',
  'amount_confirmed',
  'amount_refunded',
  'amount_refund_pending',
  'rate',
  'rate_at',
  'rate_sources',
  'value_received',
  'value_confirmed',
  'value_refunded',
  'value_refund_pending',
  'sweep_tx_hash',
  'sweep_amount',
  'sweep_fee',
] as const satisfies readonly (keyof PaymentLine)[];

/** A line for each of a payment's options, in their order. */
export function paymentLines(record: PaymentRecord): PaymentLine[] {
  const view = paymentView(record);
  const values = optionValues(record);
  return view.options.map((option, index) => ({
    ...paymentFields(view, record.payment.merchantId),
    option: index + 1,
    options: view.options.length,
    ...optionFields(option),
    ...valueFields(values?.[index]),
    sweep_tx_hash: option.sweep?.tx_hash ?? null,
    sweep_amount: option.sweep?.amount ?? null,
    sweep_fee: option.sweep?.fee ?? null,
  }));
}

export function csvFields(line: PaymentLine): CsvValue[] {
  return PAYMENT_COLUMNS.map((column) => line[column]);
}

function paymentFields(view: PaymentView, merchantId: string) {
  const { reference, status, exception, address, price } = view;
  const { created_at, expires_at, detected_at, confirmed_at, settled_at, cancelled_at } = view;
  const times = { created_at, expires_at, detected_at, confirmed_at, settled_at, cancelled_at };
  return {
    payment_id: view.id,
    merchant_id: merchantId,
    reference,
    status,
    exception,
    ...times,
    address,
    price_amount: price?.amount ?? null,
    price_currency: price?.currency ?? null,
    price_chain: price?.chain ?? null,
  };
}

function optionFields(option: OptionView) {
  const { chain, chain_id, token_id, token_address, symbol, decimals, amount, rate } = option;
  const { amount_received, amount_confirmed, amount_refunded, amount_refund_pending } = option;
  return {
    ...{ chain, chain_id, token_id, token_address, symbol, decimals, amount },
    ...{ amount_received, amount_confirmed, amount_refunded, amount_refund_pending },
    rate: rate?.value ?? null,
    rate_at: rate?.at ?? null,
    rate_sources: rate && rate.sources.join(' '),
  };
}

function valueFields(value: ValueView | undefined) {
  return {
    value_received: value?.received ?? null,
    value_confirmed: value?.confirmed ?? null,
    value_refunded: value?.refunded ?? null,
    value_refund_pending: value?.refund_pending ?? null,
  };
}
