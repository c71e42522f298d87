import { type PaymentView } from '../payments/payment.view.js';
import { wholeUnits } from './page/whole-units.js';

/** What a receipt says. Amounts are decimal strings in whole units. */
export interface Receipt {
  type: 'quittance.receipt.v1';
  payment_id: string;
  merchant: string;
  reference: string | null;
  /** Null: it was asked for in an asset. */
  price: { amount: string; currency: string } | null;
  /** What arrived and counts, each in its own asset. */
  received: {
    amount: string;
    symbol: string;
    chain: string;
    chain_id: number;
    token_address: string | null;
  }[];
  refunded: { amount: string; symbol: string; chain: string }[];
  /** EIP-55. */
  address: string;
  transactions: { chain_id: number; tx_hash: string }[];
  /** ISO 8601, when it was final. */
  paid_at: string;
}

/** @returns null: it is not paid, or not finally */
export function receiptOf(payment: PaymentView, merchant: string): Receipt | null {
  const { confirmed_at: paidAt, price, options } = payment;
  if (paidAt === null || !['confirmed', 'settled'].includes(payment.status)) return null;
  const some = options.filter(({ amount_received: received }) => received !== '0');
  const back = options.filter(({ amount_refunded: refunded }) => refunded !== '0');
  return {
    type: 'quittance.receipt.v1',
    payment_id: payment.id,
    merchant,
    reference: payment.reference,
    price: price && { amount: price.amount, currency: price.currency },
    received: some.map(({ amount_received, decimals, symbol, chain, chain_id, token_address }) => ({
      amount: wholeUnits(amount_received, decimals),
      symbol,
      chain,
      chain_id,
      token_address,
    })),
    refunded: back.map(({ amount_refunded, decimals, symbol, chain }) => ({
      amount: wholeUnits(amount_refunded, decimals),
      symbol,
      chain,
    })),
    address: payment.address,
    transactions: payment.transfers.flatMap(({ chain_id, tx_hash }) =>
      tx_hash === null ? [] : [{ chain_id, tx_hash }],
    ),
    paid_at: paidAt,
  };
}
