import { isRefunded } from './given-back.js';
import { ceilDivided, type Fraction, Parts, type Piece } from './parts.js';
import { type PaymentOption } from './payment-option.entity.js';
import { type PaymentRecord } from './payment-records.js';
import { type Payment } from './payment.entity.js';
import { formatPrice } from './quote/price.js';
import { holdingsOf } from './tally.js';

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
    (sum, { amountConfirmed }, option) => sum + parts.first(option, amountConfirmed),
    0n,
  );
  const refunded = parts.allBack(isRefunded);
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
      refunded: valued(refunded),
      refund_pending: valued(parts.allBack() - refunded),
    },
    valueOf: (option, piece) => valued(parts.of(option, piece)),
  };
}

/**
 * What came and went in each option by value; null: the payment has no price. Each sum is rounded down as it grows from one
 * option to the next, so that those of all options add up to what the payment shows.
 */
export function optionValues(record: PaymentRecord): ValueView[] | null {
  const priced = pricedParts(record);
  if (priced === null) return null;
  const { options } = record;
  const { price, written, parts } = priced;
  const shares = (partsOf: (option: number) => bigint): string[] => {
    let sum = 0n;
    let shown = 0n;
    return options.map((_option, index) => {
      sum += partsOf(index);
      const rounded = (sum * price) / parts.whole;
      const share = rounded - shown;
      shown = rounded;
      return written(share);
    });
  };
  const received = shares((index) => parts.sumOf(index));
  const confirmed = shares((index) => parts.first(index, (options[index] as PaymentOption).amountConfirmed));
  const refunded = shares((index) => parts.back(index, isRefunded));
  const pending = shares((index) => parts.back(index) - parts.back(index, isRefunded));
  return options.map((_option, index) => ({
    received: received[index] as string,
    confirmed: confirmed[index] as string,
    refunded: refunded[index] as string,
    refund_pending: pending[index] as string,
  }));
}

/**
 * What money in one option is worth in the price's currency, rounded towards zero; null: the payment has no price.
 * @param by the rate that was locked, a fraction of it, or the average of what came in the option
 */
export function valueIn(
  record: PaymentRecord,
  option: number,
  amount: bigint,
  by: 'locked' | 'average' | Fraction,
): string | null {
  const priced = pricedParts(record);
  if (priced === null) return null;
  const { price, written, parts } = priced;
  const size = amount < 0n ? -amount : amount;
  const { numerator, denominator } =
    by === 'average' ? parts.average(option) : fractionOf(record, option, by);
  const value = (size * numerator * price) / denominator;
  return written(amount < 0n ? -value : value);
}

/** What a base unit of an option is worth of the whole. */
function fractionOf({ options }: PaymentRecord, option: number, by: 'locked' | Fraction): Fraction {
  const { amount: asked } = options[option] as PaymentOption;
  if (by === 'locked') return { numerator: 1n, denominator: asked };
  return { numerator: by.numerator, denominator: by.denominator * asked };
}

/** Null: the payment has no price. */
function pricedParts({ payment, options, credits, refunds }: PaymentRecord) {
  const { priceAmount: price, priceDecimals: decimals, priceChain: asset } = payment;
  if (price === null || decimals === null) return null;
  const written = (amount: bigint) => formatPrice({ decimals, asset }, amount);
  return { price, written, parts: new Parts(holdingsOf(options, credits, refunds)) };
}
