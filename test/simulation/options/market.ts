import { type RatesConfig } from '../../../src/config/rates.js';
import { toAddress } from '../../../src/ids/ids.js';
import { FeedReader } from '../../../src/rates/feed-reader.js';
import { PriceSites } from '../../../src/rates/price-sites.js';
import { type Random } from '../random.js';
import { areApart, type Fraction, fraction, isEqual } from './fraction.js';
import {
  configOf,
  FAULTS,
  FEEDS_ON,
  feedSays,
  HEARTBEAT_S,
  NEEDS_ANOTHER,
  nowS,
  type Sequencer,
  siteSays,
  type Source,
  type SourceName,
  TICKER_MAX_AGE_S,
  UNIT,
} from './sources.js';

/** On top of a feed's heartbeat. */
const MARGIN_S = 360;
const PUSHED_EVERY_S = 1_800;
const GRACE_S = 3_600;
/** Those who tell of one moment are not asked at the same. */
const SLACK_S = 5;
export const DEVIATION_BPS = 150;
export const PEG_BPS = 200;
export const PEGGED = ['TUSD', 'DAI'];

const PAIRS: readonly { base: string; begins: bigint; sources: readonly SourceName[] }[] = [
  { base: 'ETH', begins: 3_500_00000000n, sources: ['feed', 'ticker'] },
  { base: 'POL', begins: 45000000n, sources: ['ticker', 'site'] },
  { base: 'WBT', begins: 97_000_00000000n, sources: ['feed'] },
  { base: 'TUSD', begins: 1_00000000n, sources: ['feed'] },
  { base: 'DAI', begins: 99970000n, sources: ['feed', 'ticker'] },
  { base: 'EUR', begins: 1_16000000n, sources: ['feed', 'ticker'] },
  { base: 'JPY', begins: 650000n, sources: ['feed'] },
];
const STABLE: readonly string[] = PEGGED;

interface Pair {
  base: string;
  truth: bigint;
  sources: Source[];
}

/** As every app of this process asks them. */
const FEEDS: { read: OmitThisParameter<FeedReader['read']> } = FeedReader.prototype;
const SITES: { read: OmitThisParameter<PriceSites['read']> } = PriceSites.prototype;

/**
 * The prices of a world, and those who tell them: feeds on a chain and sites, in place of those that are asked for them,
 * each of which may fail as such things do.
 */
export class Market {
  private readonly pairs: Pair[];
  private sequencer: Sequencer;
  /** What could be believed of each pair whenever it was read, by the minute. */
  private readonly believed = new Map<string, Fraction[]>();
  private readonly reads = [FEEDS.read, SITES.read] as const;

  constructor(private readonly random: Random) {
    const atS = nowS();
    this.pairs = PAIRS.map(({ base, begins, sources }) => ({
      base,
      truth: begins,
      sources: sources.map((name) => ({ name, fault: null, value: begins, atS })),
    }));
    this.sequencer = { isUp: true, sinceS: atS - 10 * GRACE_S };
    FEEDS.read = (feeds) => {
      this.noteRead();
      return Promise.resolve(
        feeds.map(({ description }) => {
          const base = description.split(' ')[0] as string;
          return feedSays(base, this.source(base, 'feed'), this.sequencer);
        }),
      );
    };
    SITES.read = (asked) => {
      this.noteRead();
      return Promise.resolve(
        asked.map(({ pair, source }) =>
          siteSays(this.source(pair.base, source.kind === 'json' ? 'site' : 'ticker')),
        ),
      );
    };
  }

  end(): void {
    [FEEDS.read, SITES.read] = this.reads;
  }

  get config(): RatesConfig {
    return {
      pairs: PAIRS.map(({ base, sources }) => ({
        base,
        quote: 'USD',
        sources: sources.map((name) => configOf(base, name)),
      })),
      pegs: Object.fromEntries(PEGGED.map((symbol) => [symbol, 'USD'])),
      sequencers: { [FEEDS_ON]: { chain: FEEDS_ON, address: toAddress(`0x${'f2'.repeat(20)}`) } },
      // What a site alone says is not enough, unless its operator says so.
      singleSourceOk: [],
    };
  }

  /** Prices wander by a little, and those who tell them follow. */
  move(): void {
    for (const pair of this.pairs) {
      const step = STABLE.includes(pair.base) ? 0 : this.random.between(-30, 30);
      pair.truth = (pair.truth * BigInt(10_000 + step)) / 10_000n;
    }
    this.follow();
  }

  /** By a tenth, and later back. @returns what, for the story */
  jump(): string {
    const pair = this.random.pick(this.pairs);
    const begins = PAIRS.find(({ base }) => base === pair.base)?.begins as bigint;
    const isAway = areApart(fraction(pair.truth), fraction(begins), 500);
    pair.truth = isAway ? begins : (begins * this.random.pick([110n, 90n])) / 100n;
    this.follow();
    return `${pair.base} to ${pair.truth}`;
  }

  /** @returns what, for the story */
  breakOne(): string {
    if (this.random.chance(0.1)) {
      this.sequencer = { isUp: false, sinceS: nowS() };
      return 'the sequencer is down';
    }
    const pair = this.random.pick(this.pairs);
    // One at a time: two that lie alike are the truth.
    if (pair.sources.some(({ fault }) => fault !== null)) return 'broken already';
    const source = this.random.pick(pair.sources);
    const possible = FAULTS.filter((fault) => pair.sources.length > 1 || !NEEDS_ANOTHER.includes(fault));
    source.fault = this.random.pick(possible);
    return `${pair.base} by ${source.name} ${source.fault}`;
  }

  mend(): void {
    for (const { sources } of this.pairs) sources.forEach((source) => (source.fault = null));
    if (!this.sequencer.isUp) this.sequencer = { isUp: true, sinceS: nowS() };
    this.follow();
  }

  /** Feeds say what has not changed again and again, and what has at once. */
  follow(): void {
    for (const { truth, sources } of this.pairs)
      for (const source of sources) {
        if (source.fault === 'stands still' || source.fault === 'hangs') continue;
        const isDue = nowS() - source.atS >= PUSHED_EVERY_S || source.name !== 'feed';
        if (isDue || source.value !== truth) Object.assign(source, { value: truth, atS: nowS() });
      }
  }

  /** They are read, by whichever app and whenever it likes: after a start it does so by itself. */
  private noteRead(): void {
    const minute = Math.floor(Date.now() / 60_000);
    for (const { base } of this.pairs) {
      const key = `${base}/USD ${minute}`;
      this.believed.set(key, [...(this.believed.get(key) ?? []), ...this.told(base)]);
    }
  }

  /** Whether somebody could be believed to have said so of a pair in a minute; what was read at its end is recorded in the next. */
  wasBelievable(pair: string, atMs: number, value: Fraction): boolean {
    const minute = Math.floor(atMs / 60_000);
    const values = [minute, minute - 1].flatMap((one) => this.believed.get(`${pair} ${one}`) ?? []);
    return values.some((one) => isEqual(one, value));
  }

  /** Whether everybody tells the truth of this symbol, and may be believed. */
  isWell(symbol: string): boolean {
    if (symbol === 'USD') return true;
    const pair = this.pair(symbol);
    const needsFeed = pair.sources.some(({ name }) => name === 'feed');
    const isOnPeg = !STABLE.includes(symbol) || !areApart(fraction(pair.truth), fraction(UNIT), PEG_BPS);
    return (
      isOnPeg && pair.sources.every(({ fault }) => fault === null) && (!needsFeed || this.believesFeeds())
    );
  }

  /** What may be taken for the worth of a symbol in USD now: what somebody says honestly, and is not out of date. */
  worths(symbol: string): Fraction[] {
    if (symbol === 'USD') return [fraction(1n)];
    const worths = this.told(symbol);
    return STABLE.includes(symbol)
      ? worths.filter((value) => !areApart(value, fraction(1n), PEG_BPS))
      : worths;
  }

  private told(symbol: string): Fraction[] {
    const { truth, sources } = this.pair(symbol);
    const honest = sources.filter((source) => this.isBelievable(source));
    const values = honest.map(({ value }) => fraction(value, UNIT));
    // Of the only one that tells it, nobody could know better.
    const near = values.filter((value) => !areApart(value, fraction(truth, UNIT), DEVIATION_BPS));
    return sources.length > 1 ? near : values;
  }

  private isBelievable({ name, fault, atS }: Source): boolean {
    const ageS = nowS() - atS;
    if (fault !== null && fault !== 'stands still' && fault !== 'hangs') return false;
    if (name === 'feed') return this.believesFeeds() && ageS <= HEARTBEAT_S + MARGIN_S + SLACK_S;
    // What a site says is of when it is asked, also where it stands still.
    return fault !== 'hangs' || ageS <= TICKER_MAX_AGE_S + SLACK_S;
  }

  private believesFeeds(): boolean {
    return this.sequencer.isUp && nowS() - this.sequencer.sinceS >= GRACE_S;
  }

  private pair(symbol: string): Pair {
    return this.pairs.find(({ base }) => base === symbol) as Pair;
  }

  private source(base: string, name: SourceName): Source {
    return this.pair(base).sources.find((one) => one.name === name) as Source;
  }
}
