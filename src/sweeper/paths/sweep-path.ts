import { type Moved, type Round } from '../../outgoing/movers.js';
import { type Sweep } from '../sweep.entity.js';

/** A sweep whose turn it is. Amounts in base units of its asset. */
export interface Due {
  sweep: Sweep;
  /** What is at the address for good. */
  final: bigint;
  /** The transfers that make it, by id. */
  transferIds: readonly string[];
  /** The books agree that it is there: without it nothing that is final is left. */
  isWhole: boolean;
  /** What of it may be moved now. */
  most: bigint;
}

/** A way of money from deposit addresses to the treasury. */
export interface SweepPath {
  /**
   * Takes the next step of each, at most one of each address. One that cannot go waits or fails, with the reason, and
   * keeps no other; what fails otherwise is done at the next step.
   */
  move(round: Round, due: readonly Due[]): Promise<Moved>;
}

/** How a sweep is named where it could not be moved on. */
export function whatFailed(sweep: Sweep): string {
  return `sweep ${sweep.id} of ${sweep.tokenAddress ?? 'native money'} was not moved on`;
}
