import { Inject, Injectable } from '@nestjs/common';
import { RATES } from '../config/configuration.module.js';
import { type FeedSource, type PairConfig, type RatesConfig, type SourceConfig } from '../config/rates.js';
import { FeedReader } from './feed-reader.js';
import { FirstReading } from './first-reading.js';
import { type FeedObservation, NOT_READ_YET, type Observation, type SourceState } from './observation.js';
import { isPublished, PriceSites } from './price-sites.js';
import { type Refusal, type RefusalCode } from './refusal.js';
import { steadyMs } from '../process/steady-time.js';

/** What passes by itself: it says nothing against what the source said before. */
const PASSING: readonly RefusalCode[] = ['unreachable', 'not_read_yet'];

/** Of a chain with several endpoints, all but one may not have the newest block yet, or be away for a moment. */
const LONE_TOO_SOON_MS = 2 * 60_000;

interface KnownState extends Omit<SourceState, 'knownMs'> {
  /** By a clock that nobody sets. */
  since: number;
}

/** What came last of every source; whoever asks is answered from here, and waits for nobody. */
@Injectable()
export class RateSources {
  readonly firstReading = new FirstReading();
  private readonly states = new Map<SourceConfig, KnownState>();
  private readonly all: readonly { pair: PairConfig; source: SourceConfig }[];

  constructor(
    @Inject(RATES) private readonly rates: RatesConfig,
    private readonly feeds: FeedReader,
    private readonly sites: PriceSites,
  ) {
    this.all = rates.pairs.flatMap((pair) => pair.sources.map((source) => ({ pair, source })));
  }

  state(source: SourceConfig): SourceState {
    const known = this.states.get(source);
    if (known === undefined) return NOT_READ_YET;
    const { observation, failure, since } = known;
    return { observation, failure, knownMs: steadyMs() - since };
  }

  /** Reads every source once; those of the chains and those of the web at the same time. */
  async refresh(): Promise<void> {
    await Promise.all([this.refreshFeeds(), this.refreshSites()]);
  }

  /**
   * Whether feeds that could not be read may be readable by now: their chain has been scanned on, as from a block that
   * its nodes no longer have to one that they do.
   */
  async haveNews(feeds: readonly FeedSource[]): Promise<boolean> {
    return feeds.length > 0 && this.feeds.hasNews(feeds, this.rates.sequencers);
  }

  async refreshFeeds(): Promise<void> {
    const feeds = this.feedSources();
    if (feeds.length === 0) return;
    const results = await this.feeds.read(feeds, this.rates.sequencers);
    feeds.forEach((feed, index) => this.keep(feed, results[index] as Observation | Refusal));
  }

  private feedSources(): FeedSource[] {
    return this.all
      .map(({ source }) => source)
      .filter((source): source is FeedSource => source.kind === 'feed');
  }

  private async refreshSites(): Promise<void> {
    const asked = this.all.flatMap(({ pair, source }) => (isPublished(source) ? [{ pair, source }] : []));
    const results = await this.sites.read(asked);
    asked.forEach(({ source }, index) => this.keep(source, results[index] as Observation | Refusal));
  }

  /** A source that is out of reach is believed until what it said is too old; one that says something odd is not. */
  private keep(source: SourceConfig, result: Observation | Refusal): void {
    const before = this.states.get(source);
    const known = before?.observation ?? null;
    const since = before?.since ?? steadyMs();
    if ('kind' in result) {
      if (known !== null && isWeaker(result, known)) return;
      const isSame = known !== null && isOfSameBlock(result, known);
      return void this.states.set(source, {
        observation: result,
        failure: null,
        since: isSame ? since : steadyMs(),
      });
    }
    const observation = PASSING.includes(result.code) ? known : null;
    this.states.set(source, { observation, failure: result, since });
  }
}

/** A chain that stands still shows the same block again and again, and a feed in it the same price. */
function isOfSameBlock(one: Observation, other: Observation): boolean {
  return one.kind === 'feed' && other.kind === 'feed' && one.block.hash === other.block.hash;
}

/**
 * Whether one endpoint alone says what several said of a block shortly before, so that theirs is kept. What the one says
 * of the sequencer is not passed over, where it is something else.
 */
export function isWeaker(lone: Observation, known: Observation): boolean {
  if (lone.kind !== 'feed' || known.kind !== 'feed') return false;
  if (lone.block.isOneOfSeveral !== true || known.block.isOneOfSeveral === true) return false;
  const isSoon = lone.block.time.getTime() - known.block.time.getTime() < LONE_TOO_SOON_MS;
  return isSoon && sequencerSays(lone) === sequencerSays(known);
}

function sequencerSays({ sequencer }: FeedObservation): bigint | string | null {
  if (sequencer === null) return null;
  return 'code' in sequencer ? sequencer.code : sequencer.round.answer;
}
