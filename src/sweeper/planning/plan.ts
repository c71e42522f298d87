import { type UnsweptDeposit } from '../../payments/deposit-funds.js';
import { type Candidate, type Decision, decideTogether, type Obstacle, type SharedCost } from './decide.js';
import { failedBefore, pausedFor } from './obstacles.js';

/** All that a plan is decided by, at one moment. */
export interface PlanFacts {
  chainId: number;
  treasury: string;
  maxFeeBps: number;
  /** Neither minimum, nor fee share, nor earlier failures hold anything back. */
  isForced: boolean;
  pause: { isPaused: boolean; reason: string | null };
  /** What keeps everything where it is for what gas costs now; null: nothing. */
  gasPrice: Obstacle | null;
  shared: SharedCost;
  now: Date;
  /** The last block scanned, after which balances were read. */
  scannedNumber: number;
  places: readonly PlaceFacts[];
}

/** One asset at one deposit address that no sweep is moving. */
export interface PlaceFacts {
  deposit: UnsweptDeposit;
  isRefundOpen: boolean;
  failed: { failures: number; lastAt: Date } | null;
  /** Null: nothing that is final is there. */
  money: PlaceMoney | null;
  /** Something is there, or on its way, that is not final yet. */
  hasMore: boolean;
}

/** What lies there and what it is worth, as `Candidate` has it. */
export type PlaceMoney = Pick<
  Candidate,
  'amount' | 'minimum' | 'isNative' | 'asset' | 'valueWei' | 'feeWei' | 'isBatched'
>;

/** Money at an address, and what is to become of it. */
export interface Planned {
  deposit: UnsweptDeposit;
  treasury: string;
  candidate: Candidate;
  decision: Decision;
}

export interface SweepPlan {
  planned: Planned[];
  /** Nothing is there any more, nor on its way. */
  empty: UnsweptDeposit[];
}

/** What goes, what waits and why, and where nothing is left. */
export function planSweeps(facts: PlanFacts): SweepPlan {
  const { treasury, isForced, maxFeeBps, shared } = facts;
  const found = facts.places.flatMap((place) =>
    place.money === null
      ? []
      : [
          {
            deposit: place.deposit,
            candidate: { ...place.money, isForced, obstacle: obstacleOf(facts, place) },
          },
        ],
  );
  const { candidates, decisions } = decideTogether(
    found.map(({ candidate }) => candidate),
    maxFeeBps,
    shared,
  );
  const planned = found.map(({ deposit }, index) => ({
    deposit,
    treasury,
    candidate: candidates[index] as Candidate,
    decision: decisions[index] as Decision,
  }));
  const empty = facts.places.filter(({ money, hasMore }) => money === null && !hasMore);
  return { planned, empty: empty.map(({ deposit }) => deposit) };
}

/** What keeps it where it is, whatever it is worth. Force overrides earlier failures, and nothing else of this. */
function obstacleOf(facts: PlanFacts, { isRefundOpen, failed }: PlaceFacts): Obstacle | null {
  if (facts.pause.isPaused) return pausedFor(facts.pause.reason);
  if (facts.gasPrice !== null) return facts.gasPrice;
  if (isRefundOpen) return { code: 'refund', reason: 'a refund of the payment is under way' };
  return failed !== null && !facts.isForced ? failedBefore(failed, facts.now) : null;
}
