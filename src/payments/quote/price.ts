import { CURRENCY_DIGITS } from '../../rates/currency-table.js';
import { type MoneyProblem, parseMoney } from '../../rates/money.js';
import { type Rational, rational } from '../../rates/rational.js';
import { type Asset, type ChainId } from '../../ids/ids.js';

/** What a merchant asks for, whatever it is paid in. */
export interface Price {
  /** A code of ISO 4217, or the symbol of the asset that the price is made in. */
  currency: string;
  /** Digits of the minor unit, or the asset's decimals. */
  decimals: number;
  /** In minor units: cents, or base units of the asset. */
  amount: bigint;
  /** Null: in a currency of ISO 4217. */
  asset: PriceAsset | null;
}

/** An asset that prices are made in, as in "amount in USDC, payable in anything". */
export interface PriceAsset {
  /** By its name. */
  chain: string;
  chainId: ChainId;
  address: Asset;
  symbol: string;
  decimals: number;
  /** By which rates.yaml knows it. */
  rateSymbol: string;
}

export type PriceProblem = MoneyProblem;

/** The symbol that rates lead to. */
export function quoteSymbolOf({ currency, asset }: Price): string {
  return asset?.rateSymbol ?? currency;
}

/** In whole units of its currency. */
export function priceValue({ amount, decimals }: Pick<Price, 'amount' | 'decimals'>): Rational {
  return rational(amount, 10n ** BigInt(decimals));
}

/**
 * Reads a price in a currency as a merchant sends it.
 * @param amount a decimal string in major units, such as "49.90"
 */
export function parsePrice(amount: unknown, currency: unknown): Price | PriceProblem {
  const money = parseMoney(amount, currency);
  if ('problem' in money) return money;
  const decimals = CURRENCY_DIGITS[money.currency as keyof typeof CURRENCY_DIGITS] as number;
  return { currency: money.currency, decimals, amount: money.minorUnits, asset: null };
}

/** More digits than any amount of a token has that exists. */
const MOST_WHOLE_DIGITS = 40;

/**
 * Reads a price in units of an asset: a decimal string in whole units, such as "49.90", with at most the asset's
 * decimals.
 */
export function parseAssetPrice(amount: unknown, asset: PriceAsset): Price | PriceProblem {
  const problem = assetAmountProblem(amount, asset);
  if (problem !== null) return { field: 'amount', problem };
  const [whole = '', fraction = ''] = (amount as string).split('.');
  const { symbol: currency, decimals } = asset;
  return { currency, decimals, amount: BigInt(whole + fraction.padEnd(decimals, '0')), asset };
}

function assetAmountProblem(given: unknown, { symbol, decimals }: PriceAsset): string | null {
  const like = `as in "${decimals === 0 ? '49' : '49.9'}"`;
  if (typeof given === 'number') return `must be a string, since numbers lose digits, ${like}`;
  if (typeof given !== 'string') return `must be a decimal string, ${like}`;
  if (!/^\d+(\.\d+)?$/.test(given)) return `must be digits with at most one point, ${like}`;
  const [whole = '', fraction = ''] = given.split('.');
  if (whole.length > MOST_WHOLE_DIGITS) return `has more than ${MOST_WHOLE_DIGITS} digits before the point`;
  if (whole.length > 1 && whole.startsWith('0')) return `must not begin with zeros, ${like}`;
  if (fraction.length > decimals)
    return `has ${fraction.length} decimals, and ${symbol} has ${decimals}: round it`;
  return /[1-9]/.test(given) ? null : 'must be above zero';
}

/** As "49.90": with all the digits of a currency, and of an asset without the zeros at the end. */
export function formatPrice(
  { decimals, asset }: { decimals: number; asset: unknown },
  amount: bigint,
): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? '' : digits.slice(-decimals);
  const shown = asset === null ? fraction : fraction.replace(/0+$/, '');
  return `${sign}${whole}${shown === '' ? '' : `.${shown}`}`;
}
