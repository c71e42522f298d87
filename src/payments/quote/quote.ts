import { type Asset, type ChainId } from '../../ids/ids.js';
import { isRefusal } from '../../rates/judge.js';
import { type RateBook } from '../../rates/rate-book.js';
import { exactAmount, optionAmount } from './option-amount.js';
import { type LockedRate, lockedRate, SAME_ASSET } from './locked-rate.js';
import { type Price, priceValue, quoteSymbolOf } from './price.js';
import { ONE } from '../../rates/rational.js';

/** An asset that a payment may be paid in. */
export interface AcceptedAsset {
  chain: string;
  chainId: ChainId;
  /** Null: the chain's native asset. */
  tokenId: string | null;
  address: Asset;
  symbol: string;
  decimals: number;
  /** By which rates.yaml knows it. */
  rateSymbol: string;
  /** Why it takes no payments now, whatever it is worth; null: it does. */
  outOfService: string | null;
}

export interface QuotedOption {
  asset: AcceptedAsset;
  /** In base units of the asset. */
  amount: bigint;
  rate: LockedRate;
}

export interface UnavailableOption {
  asset: AcceptedAsset;
  /** A sentence. */
  reason: string;
}

export interface Quote {
  options: QuotedOption[];
  unavailable: UnavailableOption[];
}

/**
 * What a price comes to in each asset, in the order given, or why it cannot be paid in it. An asset that is named twice
 * is offered once.
 * @param book rates of one moment, so that all options fit together
 */
export function quote(
  price: Price,
  assets: readonly AcceptedAsset[],
  book: Pick<RateBook, 'rate'>,
  significantDigits: number,
): Quote {
  const result: Quote = { options: [], unavailable: [] };
  const distinct = new Map(assets.map((asset) => [`${asset.chainId}:${asset.address}`, asset]));
  for (const asset of distinct.values()) {
    const quoted = quoteIn(price, asset, book, significantDigits);
    if (typeof quoted === 'string') result.unavailable.push({ asset, reason: quoted });
    else result.options.push(quoted);
  }
  return result;
}

function quoteIn(
  price: Price,
  asset: AcceptedAsset,
  book: Pick<RateBook, 'rate'>,
  significantDigits: number,
): QuotedOption | string {
  if (asset.outOfService !== null) return asset.outOfService;
  // What it is made in needs no rate and no rounding, and is worth itself also when a stablecoin is off its peg.
  if (isPricedIn(price, asset))
    return { asset, amount: exactAmount(priceValue(price), ONE, asset.decimals), rate: SAME_ASSET };
  const rate = book.rate(asset.rateSymbol, quoteSymbolOf(price));
  if (isRefusal(rate)) return rate.reason;
  if (rate.value.numerator <= 0n) return `${asset.symbol} is said to be worth nothing, which is no price`;
  const amount = optionAmount(priceValue(price), rate.value, asset.decimals, significantDigits);
  if (amount === null)
    return `the price is more ${asset.symbol} than a chain can hold (2^256−1 of its smallest units)`;
  return { asset, amount, rate: lockedRate(rate) };
}

function isPricedIn({ asset: priced }: Price, asset: AcceptedAsset): boolean {
  return priced !== null && priced.chainId === asset.chainId && priced.address === asset.address;
}
