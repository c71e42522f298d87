import { type FeedSource, type PairConfig, pairName, type SourceConfig } from '../config/rates.js';
import {
  type FeedBlock,
  type FeedObservation,
  type FeedRound,
  type PublishedObservation,
  type SourceState,
} from './observation.js';
import { parseDecimal, type Rational, rational } from './rational.js';
import { refusal, type Refusal } from './refusal.js';

/** A price that a source vouches for now. */
export interface Opinion {
  source: string;
  value: Rational;
  /** As the source dates it. */
  at: Date;
  /** Of a feed, else null. */
  feed: { round: bigint; block: FeedBlock } | null;
  isFixed: boolean;
}

export type Judged = Opinion | Refusal;

/** When something is judged. */
interface When {
  now: Date;
  /** For how long it has been known, which no setting of a clock makes less. */
  knownMs: number;
}

export function isRefusal(result: object): result is Refusal {
  return 'code' in result;
}

/**
 * "When the node detects that the heartbeat is reached, it initiates the latest round. […] there may be a slight delay
 * for the latest round to get onchain" (https://docs.chain.link/data-feeds).
 */
const MARGIN_SHARE = 10;
const MARGIN_AT_LEAST_S = 60;
const MARGIN_AT_MOST_S = 1_800;
/** A feed is read at a block that has been scanned: where that stands still, so does every price in it. */
const BLOCK_MAX_AGE_MS = 10 * 60_000;
/** Clocks are not all the same. */
const AHEAD_MS = 60_000;
/** "wait for the GRACE_PERIOD_TIME to pass" (https://docs.chain.link/data-feeds/l2-sequencer-feeds, which takes an hour). */
const SEQUENCER_GRACE_S = 3_600;
const SEQUENCER_UP = 0n;
/**
 * Published at about 16:00 CET on every working day of TARGET, and dated by the day alone. From Maundy Thursday to the
 * afternoon of the Tuesday after Easter, the longest pause there is, pass five days and 15 hours.
 */
const ECB_MAX_AGE_S = 6 * 86_400;

/** What a source is called, in views and messages. No path, no key. */
export function sourceName(source: SourceConfig): string {
  switch (source.kind) {
    case 'feed':
      return `feed ${source.address} on ${source.chain}`;
    case 'ticker':
      return source.exchange;
    case 'ecb':
      return 'ecb';
    case 'json':
      return new URL(source.url).host;
    case 'fixed':
      return 'fixed';
  }
}

/**
 * Whether what came of a source may price anything now.
 * @param now by Postgres' clock, which only ever makes things older: a feed's age is counted by its block's time at least
 * @param blockAheadMs how far a block may be ahead of our clock: a dev chain's time is moved ahead on purpose
 */
export function judge(
  pair: PairConfig,
  source: SourceConfig,
  state: SourceState,
  now: Date,
  blockAheadMs = AHEAD_MS,
): Judged {
  const name = sourceName(source);
  if (source.kind === 'fixed') return fixedOpinion(source.value, now);
  const { observation, failure, knownMs = 0 } = state;
  if (observation === null)
    return failure ?? refusal('not_read_yet', `${name} has not been read yet; try again in a moment`);
  const judged =
    observation.kind === 'feed'
      ? (badBlocks(observation, now, blockAheadMs) ??
        judgeFeed(name, source as FeedSource, observation, { now, knownMs }))
      : judgePublished(name, source, observation, { now, knownMs });
  // What is out of date is so for a reason, if one is known.
  if (isRefusal(judged) && failure !== null && (judged.code === 'stale' || judged.code === 'chain_behind'))
    return refusal(judged.code, `${judged.reason}; at the last attempt ${failure.reason}`);
  return isRefusal(judged) ? refusal(judged.code, `${pairName(pair)}: ${judged.reason}`) : judged;
}

function fixedOpinion(value: string, now: Date): Opinion {
  return { source: 'fixed', value: parseDecimal(value) as Rational, at: now, feed: null, isFixed: true };
}

function judgeFeed(name: string, source: FeedSource, observed: FeedObservation, when: When): Judged {
  const { round, block } = observed;
  const wrong =
    wrongFeed(name, source, observed) ??
    badRound(name, round) ??
    badTime(name, source, round, block, when) ??
    badSequencer(source.chain, observed, when);
  if (wrong !== null) return wrong;
  return {
    source: name,
    value: rational(round.answer, 10n ** BigInt(observed.decimals)),
    at: dateOf(round.updatedAt),
    feed: { round: round.roundId, block },
    isFixed: false,
  };
}

function wrongFeed(
  name: string,
  source: FeedSource,
  { decimals, description }: FeedObservation,
): Refusal | null {
  if (comparable(description) !== comparable(source.description)) {
    return refusal(
      'wrong_feed',
      `${name} calls itself "${description}", not "${source.description}": fix its address, or its description, in rates.yaml`,
    );
  }
  if (decimals === source.decimals) return null;
  return refusal(
    'wrong_feed',
    `${name} has ${decimals} decimals, rates.yaml says ${source.decimals}: fix its decimals, or its address`,
  );
}

/** "ETH / USD" and "ETH/USD" are the same to everybody. */
function comparable(description: string): string {
  return description.replace(/\s+/g, '').toUpperCase();
}

function badRound(name: string, round: FeedRound): Refusal | null {
  if (round.updatedAt === 0n || round.answeredInRound < round.roundId)
    return refusal('incomplete_round', `${name} has not finished its round ${round.roundId}`);
  if (round.answer <= 0n)
    return refusal('not_positive', `${name} answers ${round.answer}, which is no price`);
  return null;
}

function badTime(
  name: string,
  { heartbeatS }: FeedSource,
  { updatedAt }: FeedRound,
  block: FeedBlock,
  when: When,
): Refusal | null {
  const behind = chainBehind(block, when);
  if (behind !== null) return behind;
  const updatedMs = Number(updatedAt) * 1_000;
  if (updatedMs > block.time.getTime() + AHEAD_MS) {
    return refusal('ahead_of_time', `${name} dates its price after the block that it was read at`);
  }
  const nowMs = Math.max(block.time.getTime() + when.knownMs, when.now.getTime());
  const ageS = Math.floor((nowMs - updatedMs) / 1_000);
  if (ageS <= heartbeatS + marginS(heartbeatS)) return null;
  return refusal(
    'stale',
    `${name} was last updated ${ageS} s ago, and has to be every ${heartbeatS} s (its heartbeat)`,
  );
}

/** Where our clock is behind the chain's, nobody knows how old anything is that the chain says. */
function badBlocks({ block, sequencer }: FeedObservation, now: Date, mostMs: number): Refusal | null {
  const others = sequencer === null || 'code' in sequencer ? [] : [sequencer.block];
  const ahead = [block, ...others].find(({ time }) => time.getTime() > now.getTime() + mostMs);
  if (ahead === undefined) return null;
  const seconds = Math.floor((ahead.time.getTime() - now.getTime()) / 1_000);
  return refusal(
    'ahead_of_time',
    `block ${ahead.number} of chain ${ahead.chain} is ${seconds} s ahead of Postgres’ clock: let that of its machine be set by NTP`,
  );
}

function chainBehind({ chain, number, time }: FeedBlock, { now, knownMs }: When): Refusal | null {
  const ageMs = Math.max(now.getTime() - time.getTime(), knownMs);
  if (ageMs <= BLOCK_MAX_AGE_MS) return null;
  return refusal(
    'chain_behind',
    `chain ${chain} has been scanned up to block ${number} only, which is ${Math.floor(ageMs / 60_000)} min old: its feeds are read there`,
  );
}

function marginS(heartbeatS: number): number {
  return Math.min(MARGIN_AT_MOST_S, Math.max(MARGIN_AT_LEAST_S, Math.floor(heartbeatS / MARGIN_SHARE)));
}

/** While it is down prices in its chain stand still, and for a while after it came back they are those of before. */
function badSequencer(chain: string, { sequencer }: FeedObservation, when: When): Refusal | null {
  if (sequencer === null) return null;
  if ('code' in sequencer) return sequencer;
  const { round, block } = sequencer;
  const behind = chainBehind(block, when);
  if (behind !== null) return behind;
  if (round.startedAt === 0n)
    return refusal('sequencer_unknown', `the uptime feed of ${chain}’s sequencer has no valid round yet`);
  if (round.answer !== SEQUENCER_UP) return refusal('sequencer_down', `the sequencer of ${chain} is down`);
  const upS = Math.floor(block.time.getTime() / 1_000) - Number(round.startedAt);
  if (upS >= SEQUENCER_GRACE_S) return null;
  return refusal(
    'sequencer_recovering',
    `the sequencer of ${chain} came back ${Math.max(0, Math.floor(upS / 60))} min ago: its feeds are believed after an hour`,
  );
}

function judgePublished(
  name: string,
  source: SourceConfig,
  { value, at }: PublishedObservation,
  { now, knownMs }: When,
): Judged {
  if (value.numerator <= 0n) return refusal('not_positive', `${name} gives a price that is not above zero`);
  if (at.getTime() > now.getTime() + AHEAD_MS)
    return refusal('ahead_of_time', `${name} dates its price in the future: ${at.toISOString()}`);
  const ageS = Math.floor(Math.max(now.getTime() - at.getTime(), knownMs) / 1_000);
  const mostS = source.kind === 'ticker' || source.kind === 'json' ? source.maxAgeS : ECB_MAX_AGE_S;
  if (ageS > mostS)
    return refusal('stale', `the price of ${name} is ${ageS} s old, and may be ${mostS} s old at the most`);
  return { source: name, value, at, feed: null, isFixed: false };
}

function dateOf(seconds: bigint): Date {
  return new Date(Number(seconds) * 1_000);
}
