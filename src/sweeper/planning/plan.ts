import { type UnsweptDeposit } from '../../payments/deposit-funds.js';
import { type Candidate, type Decision, decideTogether, type Obstacle, type SharedCost } from './decide.js';
import { notPaused, tokenInService } from '../../outgoing/signing-rules.js';
import { isAboveShare } from './fee-ceiling.js';
import { failedBefore } from './obstacles.js';
import { type Address, type ChainId } from '../../ids/ids.js';

/** All that a plan is decided by, at one moment. */
export interface PlanFacts {
  chainId: ChainId;
  treasury: Address;
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
  /** It was forced by an earlier plan, and only the treasury has changed since. */
  wasForced: boolean;
  /** Why its token is out of service; null: it is not. */
  tokenProblem: string | null;
  /** Null: nothing that is final is there. */
  money: PlaceMoney | null;
  /** Nothing is there, nor on its way, by the chain and by the books. */
  isEmpty: boolean;
  /** What is known to have come and not to have left: ids of transfers. */
  transferIds: readonly string[];
}

/** What lies there and what it is worth, as `Candidate` has it. */
export type PlaceMoney = Pick<
  Candidate,
  'amount' | 'minimum' | 'isNative' | 'asset' | 'valueWei' | 'feeWei' | 'mostUnpricedFee' | 'isBatched'
>;

/** Money at an address, and what is to become of it. */
export interface Planned {
  deposit: UnsweptDeposit;
  treasury: Address;
  candidate: Candidate;
  decision: Decision;
  /** Its fee is more than its share: others of the plan pay for it. */
  isCarried: boolean;
}

export interface EmptyPlace extends UnsweptDeposit {
  /** What came there and has left again. */
  transferIds: readonly string[];
}

export interface SweepPlan {
  planned: Planned[];
  /** Nothing is there any more, nor on its way. */
  empty: EmptyPlace[];
}

/** What goes, what waits and why, and where nothing is left. */
export function planSweeps(facts: PlanFacts): SweepPlan {
  const { treasury, maxFeeBps, shared } = facts;
  const found = facts.places.flatMap((place) =>
    place.money === null
      ? []
      : [
          {
            deposit: place.deposit,
            candidate: {
              ...place.money,
              isForced: isForcedAt(facts, place),
              obstacle: obstacleOf(facts, place),
            },
          },
        ],
  );
  const { candidates, decisions } = decideTogether(
    found.map(({ candidate }) => candidate),
    maxFeeBps,
    shared,
  );
  const planned = found.map(({ deposit }, index) => {
    const candidate = candidates[index] as Candidate;
    const isCarried = isAboveShare(candidate.feeWei, candidate.valueWei, maxFeeBps);
    return { deposit, treasury, candidate, decision: decisions[index] as Decision, isCarried };
  });
  const empty = facts.places.filter(({ isEmpty }) => isEmpty);
  return { planned, empty: empty.map(({ deposit, transferIds }) => ({ ...deposit, transferIds })) };
}

/** What keeps it where it is, whatever it is worth. Force overrides earlier failures, and nothing else of this. */
function obstacleOf(facts: PlanFacts, place: PlaceFacts): Obstacle | null {
  const { isRefundOpen, failed } = place;
  const broken = notPaused(facts) ?? facts.gasPrice ?? tokenInService(place);
  if (broken !== null) return broken;
  if (isRefundOpen) return { code: 'refund', reason: 'a refund of the payment is under way' };
  return failed !== null && !isForcedAt(facts, place) ? failedBefore(failed, facts.now) : null;
}

function isForcedAt(facts: PlanFacts, { wasForced }: PlaceFacts): boolean {
  return facts.isForced || wasForced;
}
