import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { type RatesConfig, type SourceConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { toAddress } from '../ids/ids.js';
import { type FeedReader } from './feed-reader.js';
import { isRefusal } from './judge.js';
import { type FeedObservation, type FeedRound, type PublishedObservation } from './observation.js';
import { type PriceSites } from './price-sites.js';
import { isApart, type Rational, rational } from './rational.js';
import { type RecordedRates } from './recorded-rates.js';
import { RateSources } from './rate-sources.js';
import { RatesService } from './rates.service.js';
import { refusal, type Refusal, type RefusalCode } from './refusal.js';

const START_S = Date.parse('2026-01-01T00:00:00Z') / 1_000;
const STEP_S = 120;
const STEPS = (30 * 86_400) / STEP_S;
const HEARTBEAT_S = 3_600;
const DEVIATION_BPS = 150;

/** One thing that is wrong at a time, for so many minutes, and what is then said of ETH/USD or USDC/USD. */
const FAULTS: Record<
  string,
  { minutes: number; pair: 'ETH' | 'USDC'; says: readonly RefusalCode[]; graceMinutes?: number }
> = {
  none: { minutes: 30, pair: 'ETH', says: [] },
  'feed stands still': { minutes: 150, pair: 'ETH', says: ['one_source', 'sources_differ'] },
  'feed says zero': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed is negative': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed has an incomplete round': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed has no update time': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed is of tomorrow': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed has other decimals': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed is another one': { minutes: 20, pair: 'ETH', says: ['one_source'] },
  'feed lies': { minutes: 20, pair: 'ETH', says: ['sources_differ'] },
  'ticker lies a thousandfold': { minutes: 20, pair: 'ETH', says: ['sources_differ'] },
  'ticker says nonsense': { minutes: 20, pair: 'ETH', says: [] },
  'ticker hangs': { minutes: 20, pair: 'ETH', says: [] },
  'sequencer is down': { minutes: 45, pair: 'ETH', says: ['one_source'], graceMinutes: 60 },
  'scan stands still': { minutes: 40, pair: 'ETH', says: ['one_source'] },
  'stablecoin falls': { minutes: 60, pair: 'USDC', says: ['off_peg'] },
  'stablecoin’s feed says zero': { minutes: 20, pair: 'USDC', says: ['not_positive'] },
};
const NAMES = Object.keys(FAULTS);

const feed = (base: string): SourceConfig => ({
  kind: 'feed',
  chain: 'base',
  address: toAddress(`0x${'f1'.repeat(20)}`),
  heartbeatS: HEARTBEAT_S,
  decimals: 8,
  description: `${base} / USD`,
});
const RATES: RatesConfig = {
  pairs: [
    {
      base: 'ETH',
      quote: 'USD',
      sources: [feed('ETH'), { kind: 'ticker', exchange: 'kraken', symbol: null, maxAgeS: 120 }],
    },
    { base: 'USDC', quote: 'USD', sources: [feed('USDC')] },
  ],
  pegs: { USDC: 'USD' },
  sequencers: { base: { chain: 'base', address: toAddress(`0x${'f2'.repeat(20)}`) } },
  singleSourceOk: [],
};

/** A world in which prices move, feeds follow them as feeds do, and one thing after the other goes wrong. */
class World {
  nowS = START_S;
  fault = 'none';
  faultSinceS = START_S;
  /** 8 decimals. */
  eth = 3_500_00000000n;
  private pushed = { answer: this.eth, atS: START_S };
  private random = 12_345;

  get now(): Date {
    return new Date(this.nowS * 1_000);
  }

  /** Park and Miller's. */
  below(most: number): number {
    this.random = (this.random * 48_271) % 2_147_483_647;
    return this.random % most;
  }

  step(): void {
    this.nowS += STEP_S;
    this.eth = (this.eth * BigInt(10_000 + this.below(21) - 10)) / 10_000n;
    const { minutes, graceMinutes = 0 } = FAULTS[this.fault] as (typeof FAULTS)[string];
    if (this.nowS - this.faultSinceS >= (minutes + graceMinutes) * 60) {
      // Nothing is wrong for a while after each.
      this.fault = this.fault === 'none' ? (NAMES[1 + this.below(NAMES.length - 1)] as string) : 'none';
      this.faultSinceS = this.nowS;
    }
    const hasMoved = isApart(rational(this.eth), rational(this.pushed.answer), 50);
    const isDue = this.nowS - this.pushed.atS >= HEARTBEAT_S;
    const stands = ['feed stands still', 'scan stands still'].includes(this.fault) || this.isSequencerDown();
    if ((hasMoved || isDue) && !stands) this.pushed = { answer: this.eth, atS: this.nowS };
  }

  isSequencerDown(): boolean {
    return this.fault === 'sequencer is down' && this.nowS - this.faultSinceS < 45 * 60;
  }

  ticker(): PublishedObservation | Refusal {
    if (this.fault === 'ticker hangs') return refusal('unreachable', 'kraken did not answer: timed out');
    if (this.fault === 'ticker says nonsense')
      return refusal('unreadable', 'what kraken answered is no JSON');
    const factor = this.fault === 'ticker lies a thousandfold' ? 1_000n : 1n;
    return { kind: 'published', value: rational(this.eth * factor, 10n ** 8n), at: this.now };
  }

  feed(base: string): FeedObservation {
    const isEth = base === 'ETH';
    const blockS = this.fault === 'scan stands still' ? this.faultSinceS : this.nowS;
    const round = isEth ? this.ethRound() : this.usdcRound();
    return {
      kind: 'feed',
      round,
      decimals: isEth && this.fault === 'feed has other decimals' ? 18 : 8,
      description: isEth && this.fault === 'feed is another one' ? 'BTC / USD' : `${base} / USD`,
      block: { chain: 'base', number: 1, hash: '0x', time: new Date(blockS * 1_000) },
      sequencer: {
        round: {
          ...round,
          answer: this.isSequencerDown() ? 1n : 0n,
          startedAt: BigInt(this.sequencerSinceS()),
        },
        block: { chain: 'base', number: 1, hash: '0x', time: new Date(blockS * 1_000) },
      },
    };
  }

  private sequencerSinceS(): number {
    if (this.fault !== 'sequencer is down') return START_S - 10 * 86_400;
    return this.isSequencerDown() ? this.faultSinceS : this.faultSinceS + 45 * 60;
  }

  private ethRound(): FeedRound {
    const at = BigInt(this.pushed.atS);
    const round = {
      roundId: 7n,
      answer: this.pushed.answer,
      startedAt: at,
      updatedAt: at,
      answeredInRound: 7n,
    };
    switch (this.fault) {
      case 'feed says zero':
        return { ...round, answer: 0n };
      case 'feed is negative':
        return { ...round, answer: -round.answer };
      case 'feed has an incomplete round':
        return { ...round, answeredInRound: 6n };
      case 'feed has no update time':
        return { ...round, updatedAt: 0n };
      case 'feed is of tomorrow':
        return { ...round, updatedAt: BigInt(this.nowS + 86_400) };
      case 'feed lies':
        return { ...round, answer: round.answer * 3n };
      default:
        return round;
    }
  }

  private usdcRound(): FeedRound {
    const at = BigInt(Math.floor(this.nowS / HEARTBEAT_S) * HEARTBEAT_S);
    const answer =
      this.fault === 'stablecoin falls'
        ? 93_000_000n
        : this.fault === 'stablecoin’s feed says zero'
          ? 0n
          : 99_980_000n;
    return { roundId: 3n, answer, startedAt: at, updatedAt: at, answeredInRound: 3n };
  }
}

describe('thirty days of feeds, two minutes at a time', () => {
  it('never quote from bad data, say why, and quote again with the next refresh', async () => {
    const world = new World();
    const feeds = {
      read: (asked: readonly { description: string }[]) =>
        Promise.resolve(asked.map(({ description }) => world.feed(description.split(' ')[0] as string))),
    } as unknown as FeedReader;
    const sites = {
      read: (asked: readonly unknown[]) => Promise.resolve(asked.map(() => world.ticker())),
    } as unknown as PriceSites;
    const sources = new RateSources(RATES, feeds, sites);
    const settings = { rateMaxDeviationBps: DEVIATION_BPS, pegMaxDeviationBps: 200 } as Settings;
    const chains = [{ name: 'base', proofs: 'full' }] as ChainConfig[];
    const service = new RatesService(RATES, settings, chains, sources, {} as RecordedRates);

    const heard = new Map<string, Set<string>>(NAMES.map((name) => [name, new Set()]));
    let quotes = 0;
    const wrong: unknown[] = [];
    /** By fault, how often its end was followed by a quote with the next refresh. */
    const recovered = new Map<string, number>();
    let before = { fault: 'none', refused: new Set<string>() };
    for (let step = 0; step < STEPS; step += 1) {
      world.step();
      await sources.refresh();
      const refused = new Set<string>();
      const truth: Record<string, Rational> = { ETH: rational(world.eth, 10n ** 8n), USDC: rational(1n) };
      for (const base of ['ETH', 'USDC'] as const) {
        const rate = service.rate(base, 'USD', world.now);
        const { fault } = world;
        if (isRefusal(rate)) {
          const { pair, says } = FAULTS[fault] as (typeof FAULTS)[string];
          const isOfAll = fault === 'sequencer is down' || fault === 'scan stands still';
          if (!isOfAll && (pair !== base || !says.includes(rate.code)))
            wrong.push({ step, fault, base, rate });
          if (rate.reason.length < 20) wrong.push({ step, rate });
          refused.add(base);
          heard.get(fault)?.add(`${base} ${rate.code}`);
          for (const { judged } of service.report(world.now))
            judged.forEach((one) => isRefusal(one) && heard.get(fault)?.add(one.code));
        } else {
          quotes += 1;
          const most = base === 'ETH' ? DEVIATION_BPS : 200;
          if (isApart(rate.value, truth[base] as Rational, most)) wrong.push({ step, fault, base, rate });
        }
      }
      if (world.fault === 'none' && before.refused.size > 0) {
        recovered.set(before.fault, (recovered.get(before.fault) ?? 0) + 1);
        for (const base of before.refused)
          if (refused.has(base)) wrong.push({ step, after: before.fault, base, isStillRefused: true });
      }
      before = { fault: world.fault, refused };
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(quotes).toBeGreaterThan(STEPS);
    expect(heard.get('none')).toEqual(new Set());
    for (const [fault, { says }] of Object.entries(FAULTS))
      if (says.length > 0) expect([fault, (recovered.get(fault) ?? 0) > 0]).toEqual([fault, true]);
    const codes: Record<string, string> = {
      'feed stands still': 'stale',
      'feed says zero': 'not_positive',
      'feed is negative': 'not_positive',
      'feed has an incomplete round': 'incomplete_round',
      'feed has no update time': 'incomplete_round',
      'feed is of tomorrow': 'ahead_of_time',
      'feed has other decimals': 'wrong_feed',
      'feed is another one': 'wrong_feed',
      'feed lies': 'ETH sources_differ',
      'ticker lies a thousandfold': 'ETH sources_differ',
      'sequencer is down': 'sequencer_recovering',
      'scan stands still': 'chain_behind',
      'stablecoin falls': 'USDC off_peg',
      'stablecoin’s feed says zero': 'USDC not_positive',
    };
    for (const [fault, code] of Object.entries(codes))
      expect([fault, [...(heard.get(fault) ?? [])]]).toEqual([fault, expect.arrayContaining([code])]);
    expect([...(heard.get('sequencer is down') ?? [])]).toContain('sequencer_down');
  });
});
