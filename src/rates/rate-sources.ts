import { Inject, Injectable } from '@nestjs/common';
import { RATES } from '../config/configuration.module.js';
import { type FeedSource, type PairConfig, type RatesConfig, type SourceConfig } from '../config/rates.js';
import { FeedReader } from './feed-reader.js';
import { NOT_READ_YET, type Observation, type SourceState } from './observation.js';
import { isPublished, PriceSites } from './price-sites.js';
import { type Refusal } from './refusal.js';

/** What came last of every source; whoever asks is answered from here, and waits for nobody. */
@Injectable()
export class RateSources {
  private readonly states = new Map<SourceConfig, SourceState>();

  constructor(
    @Inject(RATES) private readonly rates: RatesConfig,
    private readonly feeds: FeedReader,
    private readonly sites: PriceSites,
  ) {}

  state(source: SourceConfig): SourceState {
    return this.states.get(source) ?? NOT_READ_YET;
  }

  /** Reads every source once; those of the chains and those of the web at the same time. */
  async refresh(): Promise<void> {
    const all = this.rates.pairs.flatMap((pair) => pair.sources.map((source) => ({ pair, source })));
    await Promise.all([this.refreshFeeds(all), this.refreshSites(all)]);
  }

  private async refreshFeeds(all: readonly { source: SourceConfig }[]): Promise<void> {
    const feeds = all
      .map(({ source }) => source)
      .filter((source): source is FeedSource => source.kind === 'feed');
    if (feeds.length === 0) return;
    const results = await this.feeds.read(feeds, this.rates.sequencers);
    feeds.forEach((feed, index) => this.keep(feed, results[index] as Observation | Refusal));
  }

  private async refreshSites(all: readonly { pair: PairConfig; source: SourceConfig }[]): Promise<void> {
    const asked = all.flatMap(({ pair, source }) => (isPublished(source) ? [{ pair, source }] : []));
    const results = await this.sites.read(asked);
    asked.forEach(({ source }, index) => this.keep(source, results[index] as Observation | Refusal));
  }

  /** A source that is out of reach is believed until what it said is too old; one that says something odd is not. */
  private keep(source: SourceConfig, result: Observation | Refusal): void {
    if ('kind' in result) return void this.states.set(source, { observation: result, failure: null });
    const isPassing = result.code === 'unreachable' || result.code === 'not_read_yet';
    const observation = isPassing ? this.state(source).observation : null;
    this.states.set(source, { observation, failure: result });
  }
}
