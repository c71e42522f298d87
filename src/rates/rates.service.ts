import { Inject, Injectable } from '@nestjs/common';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, RATES, SETTINGS } from '../config/configuration.module.js';
import { type PairConfig, pairName, type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { agree, type Price } from './agree.js';
import { type FirstReading } from './first-reading.js';
import { type Judged, judge } from './judge.js';
import { type Rate, RateBook } from './rate-book.js';
import { RecordedRates } from './recorded-rates.js';
import { RateSources } from './rate-sources.js';
import { type Refusal } from './refusal.js';
import { databaseClock } from '../database/database-clock.js';

/** A pair as it stands now, with what each of its sources says. */
export interface PairReport {
  pair: PairConfig;
  price: Price | Refusal;
  /** In the order of the pair's sources. */
  judged: Judged[];
}

/** What one of an asset is worth in a currency, and who says so; or why nobody can say. */
@Injectable()
export class RatesService {
  constructor(
    @Inject(RATES) private readonly rates: RatesConfig,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    private readonly sources: RateSources,
    private readonly recorded: RecordedRates,
  ) {}

  /** Of the sources; in a process that reads none it never begins. */
  get firstReading(): FirstReading {
    return this.sources.firstReading;
  }

  /** From what was read in the background, judged at this moment: nothing is asked of anybody. */
  rate(base: string, quote: string, now = databaseClock.now()): Rate | Refusal {
    return this.book(now).rate(base, quote);
  }

  /** As `rate`, at a time that has passed: by what was known then. */
  async rateAt(base: string, quote: string, at: Date): Promise<Rate | Refusal> {
    return (await this.recorded.at(null, at)).rate(base, quote);
  }

  /** Every pair's rate at one moment, for whoever needs several that fit together. */
  book(now = databaseClock.now()): RateBook {
    return this.bookOf(new Map(this.report(now).map(({ pair, price }) => [pairName(pair), price])));
  }

  report(now = databaseClock.now()): PairReport[] {
    return this.rates.pairs.map((pair) => {
      const judged = pair.sources.map((source) =>
        judge(pair, source, this.sources.state(source), now, this.blockAheadMs),
      );
      return { pair, judged, price: agree(pair, judged, this.rulesOf(pair)) };
    });
  }

  private get blockAheadMs(): number | undefined {
    return this.settings.nodeEnv === 'production' ? undefined : Infinity;
  }

  private bookOf(prices: ReadonlyMap<string, Price | Refusal>): RateBook {
    const { pegMaxDeviationBps } = this.settings;
    return new RateBook(this.rates.pairs, prices, { pegs: this.rates.pegs, pegMaxDeviationBps });
  }

  private rulesOf(pair: PairConfig) {
    return {
      maxDeviationBps: this.settings.rateMaxDeviationBps,
      isOneEnough: this.rates.singleSourceOk.includes(pairName(pair)),
      provesBlocks: (name: string) =>
        this.chains.some((chain) => chain.name === name && chain.proofs !== 'off'),
    };
  }
}
