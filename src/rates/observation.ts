import { type Rational } from './rational.js';
import { type Refusal } from './refusal.js';

/** What `latestRoundData()` of a feed says. Times in seconds since 1970, as the contract has them. */
export interface FeedRound {
  roundId: bigint;
  answer: bigint;
  startedAt: bigint;
  updatedAt: bigint;
  answeredInRound: bigint;
}

/** A block of a chain as far as it has been scanned. */
export interface FeedBlock {
  chain: string;
  number: number;
  hash: string;
  time: Date;
  /** One of the chain's several endpoints alone said what the feeds answer there. */
  isOneOfSeveral?: boolean;
}

/** A feed as its contract said at a block: nothing is judged yet. */
export interface FeedObservation {
  kind: 'feed';
  round: FeedRound;
  decimals: number;
  description: string;
  block: FeedBlock;
  /** Of the layer 2 that the feed is on: null: it has none to be asked for. */
  sequencer: SequencerObservation | Refusal | null;
}

/** The uptime feed of a layer 2's sequencer. */
export interface SequencerObservation {
  round: FeedRound;
  block: FeedBlock;
}

/** A price that somebody published. */
export interface PublishedObservation {
  kind: 'published';
  value: Rational;
  /** What its age is counted from: the source's own time, else when it was read. */
  at: Date;
}

export type Observation = FeedObservation | PublishedObservation;

/** What came last of a source. */
export interface SourceState {
  /** The last that could be read; null: none yet, or what came since was no price. */
  observation: Observation | null;
  /** Why the last attempt failed; null: it did not, or none has been made. */
  failure: Refusal | null;
  /**
   * How long it has been known, ms, whatever the wall clock says meanwhile: of a feed its block, of what was published the
   * price; left out: since just now.
   */
  knownMs?: number;
}

export const NOT_READ_YET: SourceState = { observation: null, failure: null };
