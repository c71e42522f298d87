import { describe, expect, it } from '@jest/globals';
import { type FeedObservation, type FeedRound } from './observation.js';
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
