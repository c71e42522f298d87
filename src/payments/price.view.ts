import { ceilDivided, type Parts, type Piece } from './parts.js';
import { type PaymentOption } from './payment-option.entity.js';
import { type Payment } from './payment.entity.js';
import { formatPrice } from './quote/price.js';

/** What a payment costs. Amounts are decimal strings in whole units of the currency, as "49.90". */
export interface PriceView {
  amount: string;
  /** ISO 4217, or the symbol of an asset of `chain`. */
  currency: string;
  /** By name, where the currency is an asset of a chain. */
  chain: string | null;
  /** What all that was received is worth, rounded down. */
  received: string;
  /** What is still missing, rounded up. */
  due: string;
}

/** Sums by value over all options, in the price's currency, rounded down. */
export interface ValueView {
  received: string;
  confirmed: string;
  refunded: string;
  refund_pending: string;
}

/** What `payment.view` shows in the price's currency; nothing where there is no price. */
export function priceViews(
  payment: Payment,
  options: readonly Pick<PaymentOption, 'amountConfirmed'>[],
  parts: Parts,
): {
  price: PriceView | null;
  value: ValueView | null;
  valueOf: (option: number, piece: Piece) => string | null;
} {
  const { priceAmount, priceCurrency: currency, priceDecimals: decimals, priceChain: chain } = payment;
  if (priceAmount === null || currency === null || decimals === null)
    return { price: null, value: null, valueOf: () => null };
  const shown = (amount: bigint) => formatPrice({ decimals, asset: chain }, amount);
  const valued = (some: bigint) => shown((some * priceAmount) / parts.whole);
  const received = valued(parts.came());
  const due = parts.due(payment.underpaymentToleranceBps);
  const confirmed = options.reduce(
    (sum, { amountConfirmed }, option) => sum + parts.average(option, amountConfirmed),
    0n,
  );
  return {
    price: {
      amount: shown(priceAmount),
      currency,
      chain,
      received,
      due: shown(ceilDivided(due * priceAmount, parts.whole)),
    },
    value: {
      received,
      confirmed: valued(confirmed),
      refunded: valued(parts.allBack(({ refunded }) => refunded)),
      refund_pending: valued(parts.allBack(({ promised }) => promised)),
    },
    valueOf: (option, piece) => valued(parts.of(option, piece)),
  };
}
