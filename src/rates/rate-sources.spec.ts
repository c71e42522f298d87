import { describe, expect, it } from '@jest/globals';
import { type FeedSource } from '../config/rates.js';
import { toAddress } from '../ids/ids.js';
import { type FeedObservation, type FeedRound, type PublishedObservation } from './observation.js';
import { judge } from './judge.js';
import { isWeaker } from './rate-sources.js';

const round = (answer: bigint): FeedRound => ({
  roundId: 1n,
  answer,
  startedAt: 1n,
  updatedAt: 1n,
  answeredInRound: 1n,
});

/** @param seconds of the block's time */
function feed(
  seconds: number,
  isOneOfSeveral: boolean,
  sequencerAnswer: bigint | null = null,
): FeedObservation {
  const block = {
    chain: 'base',
    number: seconds,
    hash: '0x1',
    time: new Date(seconds * 1_000),
    isOneOfSeveral,
  };
  const sequencer = sequencerAnswer === null ? null : { round: round(sequencerAnswer), block };
  return { kind: 'feed', round: round(3_500n), decimals: 8, description: 'ETH / USD', block, sequencer };
}

describe('what one endpoint of several says of a feed', () => {
  it('does not take the place of what several said up to two minutes before', () => {
    expect(isWeaker(feed(160, true), feed(100, false))).toBe(true);
    expect(isWeaker(feed(219, true), feed(100, false))).toBe(true);
    expect(isWeaker(feed(220, true), feed(100, false))).toBe(false);
  });

  it('takes the place of what one alone said, and never stands in the way of several', () => {
    expect(isWeaker(feed(160, true), feed(100, true))).toBe(false);
    expect(isWeaker(feed(160, false), feed(100, false))).toBe(false);
    expect(isWeaker(feed(160, false), feed(100, true))).toBe(false);
  });

  it('is heeded where it says something else of the sequencer', () => {
    expect(isWeaker(feed(160, true, 0n), feed(100, false, 0n))).toBe(true);
    expect(isWeaker(feed(160, true, 1n), feed(100, false, 0n))).toBe(false);
  });
});

describe('how long something has been known, whatever the wall clock says', () => {
  const pair = { base: 'ETH', quote: 'USD', sources: [] };
  const source: FeedSource = {
    kind: 'feed',
    chain: 'base',
    address: toAddress(`0x${'f1'.repeat(20)}`),
    heartbeatS: 300,
    decimals: 8,
    description: 'ETH / USD',
  };
  /** Two hours before the block that it was read at. */
  const setBack = new Date(1_000_000_000);
  const observation = feed(1_007_200, false);
  observation.round.updatedAt = 1_007_200n;
  const code = (knownMs: number) => {
    const judged = judge(pair, source, { observation, failure: null, knownMs }, setBack, Infinity);
    return 'code' in judged ? judged.code : null;
  };

  it('makes a feed old that is on a chain which shows the same block for long', () => {
    expect(code(0)).toBeNull();
    expect(code(360_000)).toBeNull();
    expect(code(361_000)).toBe('stale');
    expect(code(600_001)).toBe('chain_behind');
  });

  it('makes old what was published once, also where the clock says that it is of now', () => {
    const published: PublishedObservation = {
      kind: 'published',
      value: { numerator: 3n, denominator: 1n },
      at: setBack,
    };
    const ticker = { kind: 'ticker', exchange: 'kraken', symbol: null, maxAgeS: 120 } as const;
    const said = (knownMs: number) =>
      judge(pair, ticker, { observation: published, failure: null, knownMs }, setBack);
    expect(said(120_000)).toMatchObject({ value: published.value });
    expect(said(121_000)).toMatchObject({ code: 'stale' });
  });
});
