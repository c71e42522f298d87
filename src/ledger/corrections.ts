import { type LedgerLeg, merged, type Posting } from './posting.js';

/** A posting as it stands in the ledger, not reversed. */
export interface Booked extends Posting {
  /** The ledger transaction's. */
  id: string;
}

/** What is to be appended: a posting, or the undoing of an earlier one. */
export type Addition = { kind: 'posting'; posting: Posting } | { kind: 'reversal'; of: Booked };

/**
 * What brings the ledger from what it says of one movement to what is so: nothing where it is right, else the reversal
 * of what was booked and the right posting. What was booked is never changed.
 * @param booked what the ledger says; null: nothing
 * @param wanted what is so; null: it did not happen, or a reorg took it away
 */
export function corrections(booked: Booked | null, wanted: Posting | null): Addition[] {
  if (booked && wanted && isSame(booked, wanted)) return [];
  const reversal: Addition[] = booked ? [{ kind: 'reversal', of: booked }] : [];
  if (!wanted || wanted.legs.length === 0) return reversal;
  return [...reversal, { kind: 'posting', posting: wanted }];
}

/** A reversal stands in the block of what it undoes, so that both are gone from every balance after it. */
export function negated(legs: readonly LedgerLeg[]): LedgerLeg[] {
  return legs.map((leg) => ({ ...leg, amount: -leg.amount }));
}

function isSame(one: Posting, other: Posting): boolean {
  return (
    one.kind === other.kind &&
    one.block.number === other.block.number &&
    one.block.hash === other.block.hash &&
    one.txHash === other.txHash &&
    merged([...one.legs, ...negated(other.legs)]).length === 0
  );
}
