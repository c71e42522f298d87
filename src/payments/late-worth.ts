import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { isRefusal } from '../rates/judge.js';
import { divide } from '../rates/rational.js';
import { type RateBook } from '../rates/rate-book.js';
import { RecordedRates } from '../rates/recorded-rates.js';
import { type NamedOption } from './payment-records.js';
import { type Payment } from './payment.entity.js';
import { lateRate } from './quote/late-rate.js';
import { lockedRate, lockedValue } from './quote/locked-rate.js';
import { type ValueFactor } from './transfer.entity.js';

/**
 * Rates are recorded by the minute, under its beginning. Those of a minute before a block are all there when the block
 * is scanned, and whoever looks later finds the same.
 */
const SETTLED_MS = 60_000;

type LatePayment = Pick<Payment, 'priceCurrency' | 'priceChain' | 'expiresAt'>;
type BookAt = (at: Date) => Promise<RateBook>;

/** A fraction of what the locked rate says; null: all of it; `unknown`: nobody has recorded a rate of that time. */
type Worth = ValueFactor | 'unknown' | null;

/** @param option whose asset came */
export type WorthOfLate = (payment: LatePayment, option: NamedOption, blockTime: Date) => Promise<Worth>;

/** What money is worth that was mined after the end of its payment, whose rate was locked until then. */
@Injectable()
export class LateWorth {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: readonly ChainConfig[],
    private readonly rates: RecordedRates,
  ) {}

  /**
   * Inside one transaction: what was asked for in it is not asked again, since anybody may send thousands of transfers
   * in a block.
   */
  inTransaction(manager: EntityManager): WorthOfLate {
    const books = new Map<number, Promise<RateBook>>();
    const known = new Map<NamedOption, Map<number, Promise<Worth>>>();
    const bookAt: BookAt = (at) => once(books, at.getTime(), () => this.rates.at(manager, at));
    return (payment, option, blockTime) => {
      const ofOption = known.get(option) ?? new Map<number, Promise<Worth>>();
      known.set(option, ofOption);
      return once(ofOption, blockTime.getTime(), () => this.of(bookAt, payment, option, blockTime));
    };
  }

  private async of(
    bookAt: BookAt,
    payment: LatePayment,
    { option, asset }: NamedOption,
    blockTime: Date,
  ): Promise<Worth> {
    const { rate } = option;
    if (rate === null || blockTime <= payment.expiresAt) return null;
    // The price is in this asset itself.
    if (rate.at === null && rate.sources.length === 0) return null;
    const quote = this.quoteSymbol(payment);
    const base = this.rateSymbol(({ chainId }) => chainId === option.chainId, asset.symbol, asset.address);
    if (quote === null) return 'unknown';
    const book = await bookAt(new Date(blockTime.getTime() - SETTLED_MS));
    const then = book.rate(base, quote);
    const locked = lockedValue(rate);
    const late = lateRate(locked, then, this.settings.lateRateMaxMoveBps);
    if (isRefusal(late) || isRefusal(then)) return 'unknown';
    if (late.basis === 'locked') return null;
    const { numerator, denominator } = divide(late.value, locked);
    return {
      numerator: numerator.toString(),
      denominator: denominator.toString(),
      rate: lockedRate(then),
    };
  }

  private quoteSymbol({ priceCurrency, priceChain }: LatePayment): string | null {
    if (priceCurrency === null || priceChain === null) return priceCurrency;
    return this.rateSymbol(({ name }) => name === priceChain, priceCurrency, undefined);
  }

  /** By which rates.yaml knows it: its own symbol, unless chains.yaml says otherwise. */
  private rateSymbol(
    isMeant: (chain: ChainConfig) => boolean,
    symbol: string,
    address: string | null | undefined,
  ): string {
    const chain = this.chains.find(isMeant);
    const token = chain?.tokens.find((one) =>
      address === undefined ? one.symbol === symbol : one.address === address,
    );
    if (token !== undefined) return token.rate ?? token.symbol;
    return chain?.native.symbol === symbol ? (chain.native.rate ?? symbol) : symbol;
  }
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const asked = known.get(key) ?? ask();
  known.set(key, asked);
  return asked;
}
