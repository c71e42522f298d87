import { type GivenBack } from './given-back.js';
import { ceilDivided, Parts, type Piece } from './parts.js';
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

/**
 * What came and went in each option by value; null: the payment has no price. Each sum is rounded down as it grows from one
 * option to the next, so that those of all options add up to what the payment shows.
 */
export function optionValues({ payment, options, credits, refunds }: PaymentRecord): ValueView[] | null {
  const { priceAmount, priceDecimals: decimals, priceChain } = payment;
  if (priceAmount === null || decimals === null) return null;
  const holdings = holdingsOf(options, credits, refunds);
  const parts = new Parts(holdings);
  const shares = (partsOf: (option: number) => bigint): string[] => {
    let sum = 0n;
    let shown = 0n;
    return options.map((_option, index) => {
      sum += partsOf(index);
      const rounded = (sum * priceAmount) / parts.whole;
      const share = rounded - shown;
      shown = rounded;
      return formatPrice({ decimals, asset: priceChain }, share);
    });
  };
  const back = (amountOf: (back: GivenBack) => bigint) =>
    shares((index) => parts.average(index, amountOf((holdings[index] as (typeof holdings)[number]).back)));
  const received = shares((index) =>
    (holdings[index]?.pieces ?? []).reduce((sum, piece) => sum + parts.of(index, piece), 0n),
  );
  const confirmed = shares((index) =>
    parts.average(index, (options[index] as PaymentOption).amountConfirmed),
  );
  const refunded = back((one) => one.refunded);
  const pending = back((one) => one.promised);
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
  { payment, options, credits, refunds }: PaymentRecord,
  option: number,
  amount: bigint,
  by: 'locked' | 'average' | { numerator: string; denominator: string },
): string | null {
  const { priceAmount, priceDecimals: decimals, priceChain } = payment;
  if (priceAmount === null || decimals === null) return null;
  const parts = new Parts(holdingsOf(options, credits, refunds));
  const size = amount < 0n ? -amount : amount;
  const [worth, whole] =
    by === 'average'
      ? [parts.average(option, size), parts.whole]
      : [size * BigInt(by === 'locked' ? 1 : by.numerator), wholeOf(options[option], by)];
  const value = (worth * priceAmount) / whole;
  return formatPrice({ decimals, asset: priceChain }, amount < 0n ? -value : value);
}

function wholeOf(option: PaymentOption | undefined, by: 'locked' | { denominator: string }): bigint {
  return (option as PaymentOption).amount * BigInt(by === 'locked' ? 1 : by.denominator);
}
