import { givenBack, isBeforeConfirmation, type RefundFact, takingRefunds } from './given-back.js';
import {
  type Credit,
  type Facts,
  optionsOf,
  type OptionState,
  type MovablePayment,
  type Position,
} from './payment-state.js';
import { type Holding, Parts } from './parts.js';

/** The most that an amount in Postgres and in our JSON can be: 78 digits. */
const MAX_SUM = 10n ** 78n - 1n;
/** Of a chain of which nothing is known: no transfer is that deep, and no payment that old. */
const NOWHERE: Position = { number: -1, time: new Date(0), finalNumber: null };

/** What has come of one option, by the facts. Sums in base units of its asset. */
export interface OptionTally {
  received: bigint;
  confirmed: bigint;
  position: Position;
  /** The last of its transfers that the due amount is made up of, in chain order. */
  last: Credit | null;
  recheckAtBlock: number | null;
}

/** What has come of a payment, by the facts. Sums in parts of the whole (`Parts`). */
export interface Tally {
  options: OptionTally[];
  parts: Parts;
  /** What was received less what was to go back before the payment was confirmed: what is due has to be covered by it. */
  kept: bigint;
  /** The same of what is deep enough alone. */
  deep: bigint;
  /** What was received less all that goes back. */
  left: bigint;
  /** Of each option what was received. */
  worth: bigint[];
  /** The transfer with which what is kept reached the due amount. */
  completing: Credit | null;
  hasLateCredit: boolean;
}

export function tallyOf(payment: MovablePayment, facts: Facts): Tally {
  const options = optionsOf(payment);
  const holdings = holdingsOf(options, facts.credits, facts.refunds ?? []);
  const parts = new Parts(holdings);
  const tallies = options.map((option, index) =>
    optionTally(option, holdings[index] as Holding<Credit>, positionOf(option, facts)),
  );
  const backBefore = parts.allBack(isBeforeConfirmation);
  const tally: Tally = {
    options: tallies,
    parts,
    kept: -backBefore,
    deep: -backBefore,
    left: parts.came() - parts.allBack(),
    worth: options.map(() => 0n),
    completing: null,
    hasLateCredit: false,
  };
  for (const { option, credit } of inOrder(holdings)) {
    const own = tallies[option] as OptionTally;
    const worth = parts.of(option, credit);
    const isDeep = isDeepEnough(credit, (options[option] as OptionState).requiredConfirmations, own.position);
    tally.kept += worth;
    tally.worth[option] = (tally.worth[option] as bigint) + worth;
    if (isDeep) tally.deep += worth;
    if (credit.blockTime > payment.expiresAt) tally.hasLateCredit = true;
    if (tally.completing) continue;
    own.last = credit;
    if (parts.isEnough(tally.kept, payment.underpaymentToleranceBps)) tally.completing = credit;
  }
  return tally;
}

/** What came of each option and what goes back of it; order and repeats do not matter. */
export function holdingsOf<C extends Credit>(
  options: readonly Pick<OptionState, 'amount'>[],
  credits: readonly C[],
  refunds: readonly RefundFact[],
): Holding<C>[] {
  return options.map(({ amount: asked }, index) => {
    const own = takingRefunds(refunds.filter(({ option }) => (option ?? 0) === index));
    const pieces = inChainOrder(credits.filter(({ option }) => (option ?? 0) === index));
    return { asked, pieces, refunds: own, back: givenBack(own) };
  });
}

/** Confirmations in blocks; a transfer in the scanned block itself has one. */
export function depthOf({ blockNumber }: Credit, { number }: Position): number {
  return Math.max(0, number - blockNumber + 1);
}

function optionTally(
  { requiredConfirmations }: OptionState,
  { pieces }: Holding<Credit>,
  position: Position,
): OptionTally {
  const tally: OptionTally = {
    received: 0n,
    confirmed: 0n,
    position,
    last: null,
    recheckAtBlock: null,
  };
  for (const credit of pieces) {
    tally.received = storable(tally.received + credit.amount);
    if (isDeepEnough(credit, requiredConfirmations, position))
      tally.confirmed = storable(tally.confirmed + credit.amount);
    else tally.recheckAtBlock ??= deepEnoughAt(credit, requiredConfirmations);
  }
  return tally;
}

/** Each chain's transfers in its own order, and those of several by time. */
function inOrder(holdings: readonly Holding<Credit>[]): { option: number; credit: Credit }[] {
  const queues = holdings.map(({ pieces }, option) => ({ option, pieces, next: 0 }));
  const merged: { option: number; credit: Credit }[] = [];
  for (;;) {
    let first: { queue: (typeof queues)[number]; credit: Credit } | null = null;
    for (const queue of queues) {
      const credit = queue.pieces[queue.next];
      if (credit && (first === null || credit.blockTime < first.credit.blockTime)) first = { queue, credit };
    }
    if (first === null) return merged;
    first.queue.next += 1;
    merged.push({ option: first.queue.option, credit: first.credit });
  }
}

function positionOf({ chainId }: OptionState, { chains, scanned, finalNumber }: Facts): Position {
  if (chains === undefined) return { ...scanned, finalNumber };
  return chains.get(chainId ?? -1) ?? NOWHERE;
}

/** Each amount has at most 78 digits, and so has what is told of their sum. */
function storable(sum: bigint): bigint {
  return sum > MAX_SUM ? MAX_SUM : sum;
}

function inChainOrder<C extends Credit>(credits: readonly C[]): C[] {
  const byIdentity = new Map(
    credits.map((credit) => [`${placeOf(credit)}:${credit.ordinal}:${credit.kind}`, credit]),
  );
  return [...byIdentity.values()].sort(
    (a, b) => a.blockNumber - b.blockNumber || compareText(placeOf(a), placeOf(b)) || a.ordinal - b.ordinal,
  );
}

function placeOf({ txHash, blockNumber }: Credit): string {
  return txHash ?? `block ${blockNumber}`;
}

function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

function isDeepEnough(credit: Credit, required: number | null, position: Position): boolean {
  if (required !== null) return depthOf(credit, position) >= required;
  return position.finalNumber !== null && credit.blockNumber <= position.finalNumber;
}

function deepEnoughAt(credit: Credit, required: number | null): number {
  return required === null ? credit.blockNumber : credit.blockNumber + required - 1;
}
