/**
 * The life of a payment as one pure function: `(payment, facts) → (payment, events)`.
 *
 * Facts are a snapshot of the canonical chain as far as it has been scanned, never a difference to the last
 * snapshot. So it does not matter how often, in which portions or how late they are applied: a crash, a replay or a
 * long catch-up ends in the same payment.
 */

import { type GivenBack, givenBack, type RefundFact } from './given-back.js';
import { type TxHash } from '../ids/ids.js';

/** The most that an amount in Postgres and in our JSON can be: 78 digits. */
const MAX_SUM = 10n ** 78n - 1n;
/** 100 % in basis points. */
const WHOLE_BPS = 10_000;

export const PAYMENT_STATUSES = [
  'pending',
  'partially_paid',
  'detected',
  'confirmed',
  'settled',
  'expired',
  'failed',
  'cancelled',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
export type PaymentException = 'underpaid' | 'overpaid' | 'late';

export type PaymentEventType =
  | 'payment.created'
  | 'payment.partially_paid'
  | 'payment.detected'
  | 'payment.confirmed'
  | 'payment.settled'
  | 'payment.expired'
  | 'payment.reorged'
  | 'payment.failed'
  | 'payment.overpaid'
  | 'payment.cancelled'
  | 'payment.updated';

/** The part of a payment that the lifecycle reads and moves. Amounts in base units. */
export interface PaymentState {
  status: PaymentStatus;
  exception: PaymentException | null;
  amount: bigint;
  /** How much less than `amount` is enough, in basis points. */
  underpaymentToleranceBps: number;
  amountReceived: bigint;
  amountConfirmed: bigint;
  confirmations: number;
  /** Blocks, counting the transfer's own; null: final when `Facts.finalNumber` has reached the transfer. */
  requiredConfirmations: number | null;
  detectedInBlock: number | null;
  recheckAtBlock: number | null;
  recheckAtTime: Date | null;
  version: number;
  expiresAt: Date;
  detectedAt: Date | null;
  confirmedAt: Date | null;
  settledAt: Date | null;
  /** When its merchant ended it. Money that was mined before that still counts, and undoes it. */
  cancelledAt: Date | null;
}

/** A transfer that counts towards the payment, where the canonical chain has it. */
export interface Credit {
  /** Null: not known, but for its block. */
  txHash: TxHash | null;
  ordinal: number;
  kind: string;
  amount: bigint;
  blockNumber: number;
  blockTime: Date;
}

export interface Facts {
  /** Every counted transfer on the canonical chain as far as it was read; order and repeats do not matter. */
  credits: readonly Credit[];
  /** Every refund of what counts, in any state; order and repeats do not matter. Left out: there is none. */
  refunds?: readonly RefundFact[];
  /** The last block whose facts are known and that no node contradicts. Its time, not ours, decides expiry. */
  scanned: { number: number; time: Date };
  /** The highest block that the chain itself calls final, or null where that is not asked. */
  finalNumber: number | null;
  /** How long after `expiresAt` a transfer still counts, in ms. */
  lateWatchMs: number;
  /** The sweep of this payment's funds is final. */
  swept?: boolean;
  /** Our clock, for the `…At` columns. It decides nothing. */
  now: Date;
}

export interface Advance<P> {
  payment: P;
  /** In order; each with the payment as it was right after it. */
  events: { type: PaymentEventType; payment: P }[];
}

interface Tally {
  received: bigint;
  back: GivenBack;
  /** What was received less what was to go back before the payment was confirmed: what is due has to be covered by it. */
  kept: bigint;
  confirmed: bigint;
  /** The transfer with which what is kept reached the due amount, in chain order. */
  completing: Credit | null;
  completingIsDeep: boolean;
  hasLateCredit: boolean;
  recheckAtBlock: number | null;
}

interface Move {
  to: PaymentStatus;
  event: PaymentEventType;
}

/** Applies what is known of the chain to a payment. The same facts a second time change nothing. */
export function advance<P extends PaymentState>(payment: P, facts: Facts): Advance<P> {
  const tally = tallyOf(payment, facts);
  const events: Advance<P>['events'] = [];
  let current = payment;
  for (let move = nextMove(current, tally, facts); move; move = nextMove(current, tally, facts)) {
    current = withFigures(stamped(current, move, facts.now), tally, facts);
    events.push({ type: move.event, payment: current });
  }
  return { payment: withFigures(current, tally, facts), events };
}

/** The next row of the table of moves that applies, or undefined when the payment has come to rest. */
function nextMove(payment: PaymentState, tally: Tally, facts: Facts): Move | undefined {
  const isCovered = tally.kept >= enough(payment);
  switch (payment.status) {
    case 'pending':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (tally.received > 0n) return { to: 'partially_paid', event: 'payment.partially_paid' };
      if (payment.cancelledAt !== null) return CANCEL;
      if (isTimeUp(payment, tally, facts)) return { to: 'expired', event: 'payment.expired' };
      return undefined;
    case 'partially_paid':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (tally.received === 0n) return { to: 'pending', event: 'payment.reorged' };
      if (tally.received < payment.amountReceived) return { to: 'partially_paid', event: 'payment.reorged' };
      if (tally.received > payment.amountReceived)
        return { to: 'partially_paid', event: 'payment.partially_paid' };
      if (isTimeUp(payment, tally, facts)) return { to: 'expired', event: 'payment.expired' };
      return undefined;
    case 'detected':
      if (!isCovered) return uncovered(payment, tally);
      if (tally.completingIsDeep) return { to: 'confirmed', event: 'payment.confirmed' };
      return undefined;
    case 'confirmed':
    case 'settled':
      if (!isCovered) return { to: 'failed', event: 'payment.failed' };
      if (payment.status === 'confirmed' && facts.swept) return { to: 'settled', event: 'payment.settled' };
      // What only makes up for an amount taken as enough is not too much.
      if (tally.received > payment.amountReceived && tally.kept > payment.amount)
        return { to: payment.status, event: 'payment.overpaid' };
      return undefined;
    case 'expired':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (payment.cancelledAt !== null && tally.received === 0n) return CANCEL;
      if (tally.received > 0n && !isTimeUp(payment, tally, facts)) {
        return { to: 'partially_paid', event: 'payment.partially_paid' };
      }
      return undefined;
    case 'cancelled':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (tally.received > 0n) return { to: 'partially_paid', event: 'payment.partially_paid' };
      return undefined;
    case 'failed':
      return undefined;
  }
}

const CANCEL: Move = { to: 'cancelled', event: 'payment.cancelled' };

/** A payment for which nothing has arrived can be cancelled; what is on its way and not seen yet may still undo it. */
export function isCancellable({
  status,
  amountReceived,
}: Pick<PaymentState, 'status' | 'amountReceived'>): boolean {
  return (status === 'pending' || status === 'expired') && amountReceived === 0n;
}

/** Ends a payment that is cancellable, as its merchant asks. No facts of the chain are needed: there are none. */
export function cancel<P extends PaymentState>(payment: P, now: Date): Advance<P> {
  const scanned = { number: 0, time: new Date(0) };
  return advance(
    { ...payment, cancelledAt: now },
    { credits: [], scanned, finalNumber: null, lateWatchMs: 0, now },
  );
}

/** What was found to be enough is not any more: a reorg took some of it, or some of it is to go back. */
function uncovered(payment: PaymentState, tally: Tally): Move {
  if (tally.received === 0n) return { to: 'pending', event: 'payment.reorged' };
  const isReorg = tally.received < payment.amountReceived;
  return { to: 'partially_paid', event: isReorg ? 'payment.reorged' : 'payment.partially_paid' };
}

/** The least that counts as paid, in base units: the amount less the tolerance, rounded up. */
export function enough(payment: Pick<PaymentState, 'amount' | 'underpaymentToleranceBps'>): bigint {
  const { amount, underpaymentToleranceBps } = payment;
  return (amount * BigInt(WHOLE_BPS - underpaymentToleranceBps) + BigInt(WHOLE_BPS - 1)) / BigInt(WHOLE_BPS);
}

/** Late money reopens a payment until its watch window ends; without it, time is up at `expiresAt`. */
function isTimeUp(payment: PaymentState, tally: Tally, facts: Facts): boolean {
  return facts.scanned.time > closesAt(payment, tally, facts);
}

function closesAt(payment: PaymentState, tally: Tally, facts: Facts): Date {
  return tally.hasLateCredit ? watchEndsAt(payment, facts.lateWatchMs) : payment.expiresAt;
}

/** The chain time after which a transfer no longer counts. */
export function watchEndsAt(payment: { expiresAt: Date }, lateWatchMs: number): Date {
  return new Date(payment.expiresAt.getTime() + lateWatchMs);
}

function stamped<P extends PaymentState>(payment: P, move: Move, now: Date): P {
  const next = { ...payment, status: move.to, version: payment.version + 1 };
  if (move.event === 'payment.detected') next.detectedAt = now;
  if (move.event === 'payment.confirmed') next.confirmedAt = now;
  if (move.event === 'payment.settled') next.settledAt = now;
  if (move.to === 'pending' || move.to === 'partially_paid') next.detectedAt = null;
  return next;
}

function withFigures<P extends PaymentState>(payment: P, tally: Tally, facts: Facts): P {
  const { completing } = tally;
  return {
    ...payment,
    exception: exceptionOf(payment, tally),
    amountReceived: tally.received,
    amountConfirmed: tally.confirmed,
    confirmations: completing ? depthOf(completing, facts) : 0,
    detectedInBlock: completing?.blockNumber ?? null,
    recheckAtBlock: tally.recheckAtBlock,
    recheckAtTime:
      payment.status === 'pending' || payment.status === 'partially_paid'
        ? closesAt(payment, tally, facts)
        : null,
  };
}

/** One word for what the merchant may have to act on, the most pressing first. */
function exceptionOf(payment: PaymentState, tally: Tally): PaymentException | null {
  const left = tally.received - tally.back.refunded - tally.back.promised;
  if (left > payment.amount) return 'overpaid';
  if (tally.completing) return tally.completing.blockTime > payment.expiresAt ? 'late' : null;
  // Nothing arrived, or all of it goes back.
  if (left <= 0n) return null;
  if (payment.status === 'expired') return 'underpaid';
  return tally.hasLateCredit ? 'late' : null;
}

function tallyOf(payment: PaymentState, facts: Facts): Tally {
  const back = givenBack(facts.refunds ?? []);
  const tally: Tally = {
    received: 0n,
    back,
    kept: -back.beforeConfirmation,
    confirmed: 0n,
    completing: null,
    completingIsDeep: false,
    hasLateCredit: false,
    recheckAtBlock: null,
  };
  for (const credit of inChainOrder(facts.credits)) {
    const isDeep = isDeepEnough(credit, payment.requiredConfirmations, facts);
    tally.received = storable(tally.received + credit.amount);
    tally.kept += credit.amount;
    if (isDeep) tally.confirmed = storable(tally.confirmed + credit.amount);
    else tally.recheckAtBlock ??= deepEnoughAt(credit, payment.requiredConfirmations);
    if (credit.blockTime > payment.expiresAt) tally.hasLateCredit = true;
    if (!tally.completing && tally.kept >= enough(payment)) {
      tally.completing = credit;
      tally.completingIsDeep = isDeep;
    }
  }
  return tally;
}

/** Each amount has at most 78 digits, and so has what is told of their sum. */
function storable(sum: bigint): bigint {
  return sum > MAX_SUM ? MAX_SUM : sum;
}

function inChainOrder(credits: readonly Credit[]): Credit[] {
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

/** Confirmations in blocks; a transfer in the scanned block itself has one. */
function depthOf(credit: Credit, facts: Facts): number {
  return Math.max(0, facts.scanned.number - credit.blockNumber + 1);
}

function isDeepEnough(credit: Credit, required: number | null, facts: Facts): boolean {
  if (required !== null) return depthOf(credit, facts) >= required;
  return facts.finalNumber !== null && credit.blockNumber <= facts.finalNumber;
}

function deepEnoughAt(credit: Credit, required: number | null): number {
  return required === null ? credit.blockNumber : credit.blockNumber + required - 1;
}
