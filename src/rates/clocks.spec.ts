import { describe, expect, it } from '@jest/globals';
import { type FeedSource } from '../config/rates.js';
import { toAddress } from '../ids/ids.js';
import { judge } from './judge.js';
import { type FeedObservation } from './observation.js';
import { recordedBy } from './rate-history.js';

const NOW = new Date('2026-11-27T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const after = (ms: number) => new Date(NOW.getTime() + ms);

describe('a feed that was read at a block ahead of the clock', () => {
  const pair = { base: 'ETH', quote: 'USD', sources: [] };
  const source: FeedSource = {
    kind: 'feed',
    chain: 'base',
    address: toAddress(`0x${'f1'.repeat(20)}`),
    heartbeatS: 3_600,
    decimals: 8,
    description: 'ETH / USD',
  };
  const said = (aheadMs: number, sequencerAheadMs: number | null = null, most?: number) => {
    const at = BigInt(Math.floor(after(aheadMs).getTime() / 1_000));
    const round = { roundId: 1n, answer: 3n, startedAt: at, updatedAt: at, answeredInRound: 1n };
    const block = (ms: number) => ({ chain: 'base', number: 7, hash: '0x', time: after(ms) });
    const observation: FeedObservation = {
      kind: 'feed',
      round,
      decimals: 8,
      description: 'ETH / USD',
      block: block(aheadMs),
      sequencer:
        sequencerAheadMs === null
          ? null
          : { round: { ...round, answer: 0n, startedAt: at - 86_400n }, block: block(sequencerAheadMs) },
    };
    const judged = judge(pair, source, { observation, failure: null, knownMs: 0 }, NOW, most);
    return 'code' in judged ? judged : null;
  };

  it('prices nothing from a minute on: nobody knows how old the price is', () => {
    expect(said(MINUTE)).toBeNull();
    expect(said(MINUTE + 1_000)).toMatchObject({
      code: 'ahead_of_time',
      reason: expect.stringContaining('block 7 of chain base is 61 s ahead'),
    });
    expect(said(2 * HOUR)).toMatchObject({ code: 'ahead_of_time' });
    expect(said(0, 2 * HOUR)).toMatchObject({ code: 'ahead_of_time' });
  });

  it('prices on a dev chain, whose time is moved ahead on purpose', () => {
    expect(said(2 * HOUR, 2 * HOUR, Infinity)).toBeNull();
  });
});

describe('recorded rates speak for', () => {
  it.each([
    ['a block of now', 0, 0],
    ['one of before', -5 * HOUR, -5 * HOUR],
    ['one a little ahead', MINUTE, MINUTE],
    ['one ahead by two hours: their clock is behind', 2 * HOUR, 0],
    ['none that is days ahead', 48 * HOUR, 48 * HOUR],
  ])('%s', (_what, aheadMs, byMs) => {
    expect(recordedBy(after(aheadMs), NOW, NOW.getTime())).toEqual(after(byMs));
  });

  it('is that of the block where rates were recorded ahead of the clock, too', () => {
    expect(recordedBy(after(2 * HOUR), NOW, after(3 * HOUR).getTime())).toEqual(after(2 * HOUR));
  });
});
