import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { isRefusal } from '../rates/judge.js';
import { divide } from '../rates/rational.js';
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

/** What money is worth that was mined after the end of its payment, whose rate was locked until then. */
@Injectable()
export class LateWorth {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: readonly ChainConfig[],
    private readonly rates: RecordedRates,
  ) {}

  /**
   * @param option whose asset came
   * @returns a fraction of what the locked rate says; null: all of it; `unknown`: nobody has recorded a rate of that time
   */
  async of(
    manager: EntityManager,
    payment: LatePayment,
    { option, asset }: NamedOption,
    blockTime: Date,
  ): Promise<ValueFactor | 'unknown' | null> {
    const { rate } = option;
    if (rate === null || blockTime <= payment.expiresAt) return null;
    // The price is in this asset itself.
    if (rate.at === null && rate.sources.length === 0) return null;
    const quote = this.quoteSymbol(payment);
    const base = this.rateSymbol(({ chainId }) => chainId === option.chainId, asset.symbol, asset.address);
    if (quote === null) return 'unknown';
    const book = await this.rates.at(manager, new Date(blockTime.getTime() - SETTLED_MS));
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
