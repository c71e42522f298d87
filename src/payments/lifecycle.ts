/**
 * The life of a payment as one pure function: `(payment, facts) → (payment, events)`.
 *
 * Facts are a snapshot of the canonical chains as far as they have been scanned, never a difference to the last
 * snapshot. So it does not matter how often, in which portions or how late they are applied: a crash, a replay or a
 * long catch-up ends in the same payment.
 */

import {
  type Facts,
  optionsOf,
  type OptionState,
  type PaymentEventType,
  type PaymentException,
  type MovablePayment,
  type PaymentStatus,
} from './payment-state.js';
import { depthOf, type OptionTally, type Tally, tallyOf } from './tally.js';

export * from './payment-state.js';

/** 100 % in basis points. */
const WHOLE_BPS = 10_000;

export interface Advance<P> {
  payment: P;
  /** In order; each with the payment as it was right after it. */
  events: { type: PaymentEventType; payment: P }[];
}

interface Move {
  to: PaymentStatus;
  event: PaymentEventType;
}

/** Applies what is known of the chain to a payment. The same facts a second time change nothing. */
export function advance<P extends MovablePayment>(payment: P, facts: Facts): Advance<P> {
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
function nextMove(payment: MovablePayment, tally: Tally, facts: Facts): Move | undefined {
  const isCovered = isEnough(tally.kept, payment, tally);
  const hasReceived = tally.options.some(({ received }) => received > 0n);
  switch (payment.status) {
    case 'pending':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (hasReceived) return { to: 'partially_paid', event: 'payment.partially_paid' };
      if (payment.cancelledAt !== null) return CANCEL;
      if (isTimeUp(payment, tally, facts)) return { to: 'expired', event: 'payment.expired' };
      return undefined;
    case 'partially_paid':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (!hasReceived) return { to: 'pending', event: 'payment.reorged' };
      if (hasLess(payment, tally)) return { to: 'partially_paid', event: 'payment.reorged' };
      if (hasMore(payment, tally)) return { to: 'partially_paid', event: 'payment.partially_paid' };
      if (isTimeUp(payment, tally, facts)) return { to: 'expired', event: 'payment.expired' };
      return undefined;
    case 'detected':
      if (!isCovered) return uncovered(payment, tally);
      if (isEnough(tally.deep, payment, tally)) return { to: 'confirmed', event: 'payment.confirmed' };
      return undefined;
    case 'confirmed':
    case 'settled':
      if (!isCovered) return isUnsure(tally) ? undefined : { to: 'failed', event: 'payment.failed' };
      if (payment.status === 'confirmed' && facts.swept) return { to: 'settled', event: 'payment.settled' };
      // What only makes up for an amount taken as enough is not too much.
      if (hasMore(payment, tally) && tally.parts.isTooMuch(tally.kept))
        return { to: payment.status, event: 'payment.overpaid' };
      return undefined;
    case 'expired':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (payment.cancelledAt !== null && !hasReceived) return CANCEL;
      if (hasReceived && !isTimeUp(payment, tally, facts)) {
        return { to: 'partially_paid', event: 'payment.partially_paid' };
      }
      return undefined;
    case 'cancelled':
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (hasReceived) return { to: 'partially_paid', event: 'payment.partially_paid' };
      return undefined;
    case 'failed':
      // A chain of it may have been out of reach when it failed: what is found there was not lost.
      if (!isOfSeveralChains(payment)) return undefined;
      if (isCovered) return { to: 'detected', event: 'payment.detected' };
      if (hasMore(payment, tally)) return { to: 'partially_paid', event: 'payment.partially_paid' };
      return undefined;
  }
}

const CANCEL: Move = { to: 'cancelled', event: 'payment.cancelled' };

/** A payment for which nothing has arrived can be cancelled; what is on its way and not seen yet may still undo it. */
export function isCancellable({
  status,
  amountReceived,
}: Pick<MovablePayment, 'status' | 'amountReceived'>): boolean {
  // What the payment shows is of the option that has received most: none of the others has any where this has none.
  return (status === 'pending' || status === 'expired') && amountReceived === 0n;
}

/** Ends a payment that is cancellable, as its merchant asks. No facts of the chain are needed: there are none. */
export function cancel<P extends MovablePayment>(payment: P, now: Date): Advance<P> {
  const scanned = { number: 0, time: new Date(0) };
  return advance(
    { ...payment, cancelledAt: now },
    { credits: [], scanned, finalNumber: null, lateWatchMs: 0, now },
  );
}

/** Nothing brings a payment back that has failed: so it fails only by what is known of all its chains for certain. */
function isUnsure({ options }: Tally): boolean {
  return options.some(({ position }) => position.isUnsure === true);
}

/** Less than is due is left, and it has not failed: that is decided as soon as any of its chains is known further. */
function isHeld(payment: MovablePayment, tally: Tally): boolean {
  const { status } = payment;
  return (status === 'confirmed' || status === 'settled') && !isEnough(tally.kept, payment, tally);
}

/** What was found to be enough is not any more: a reorg took some of it, or some of it is to go back. */
function uncovered(payment: MovablePayment, tally: Tally): Move {
  if (tally.options.every(({ received }) => received === 0n))
    return { to: 'pending', event: 'payment.reorged' };
  const isReorg = hasLess(payment, tally);
  return { to: 'partially_paid', event: isReorg ? 'payment.reorged' : 'payment.partially_paid' };
}

function isOfSeveralChains(payment: MovablePayment): boolean {
  return new Set(optionsOf(payment).map(({ chainId }) => chainId)).size > 1;
}

/** Whether in any of its assets less was received than the payment says. */
function hasLess(payment: MovablePayment, { options }: Tally): boolean {
  return optionsOf(payment).some(({ amountReceived }, index) => receivedIn(options, index) < amountReceived);
}

function hasMore(payment: MovablePayment, { options }: Tally): boolean {
  return optionsOf(payment).some(({ amountReceived }, index) => receivedIn(options, index) > amountReceived);
}

function receivedIn(options: readonly OptionTally[], index: number): bigint {
  return options[index]?.received ?? 0n;
}

function isEnough(parts: bigint, payment: MovablePayment, tally: Tally): boolean {
  return tally.parts.isEnough(parts, payment.underpaymentToleranceBps);
}

/** The least of one asset that counts as paid, in base units: the amount less the tolerance, rounded up. */
export function enough(payment: Pick<MovablePayment, 'amount' | 'underpaymentToleranceBps'>): bigint {
  const { amount, underpaymentToleranceBps } = payment;
  return (amount * BigInt(WHOLE_BPS - underpaymentToleranceBps) + BigInt(WHOLE_BPS - 1)) / BigInt(WHOLE_BPS);
}

/**
 * Late money reopens a payment until its watch window ends; without it, time is up at `expiresAt`. On every chain that it
 * offers: while one of them has not come so far, what was paid there in time may still be found.
 */
function isTimeUp(payment: MovablePayment, tally: Tally, facts: Facts): boolean {
  return tally.options.every((option) => isPast(option, payment, tally, facts));
}

function isPast({ position }: OptionTally, payment: MovablePayment, tally: Tally, facts: Facts): boolean {
  return position.time > closesAt(payment, tally, facts);
}

function closesAt(payment: MovablePayment, tally: Tally, facts: Facts): Date {
  return tally.hasLateCredit ? watchEndsAt(payment, facts.lateWatchMs) : payment.expiresAt;
}

/** The chain time after which a transfer no longer counts. */
export function watchEndsAt(payment: { expiresAt: Date }, lateWatchMs: number): Date {
  return new Date(payment.expiresAt.getTime() + lateWatchMs);
}

function stamped<P extends MovablePayment>(payment: P, move: Move, now: Date): P {
  const next = { ...payment, status: move.to, version: payment.version + 1 };
  if (move.event === 'payment.detected') next.detectedAt = now;
  if (move.event === 'payment.confirmed') next.confirmedAt = now;
  if (move.event === 'payment.settled') next.settledAt = now;
  if (move.to === 'failed') next.failedAt = now;
  if (move.to === 'pending' || move.to === 'partially_paid') next.detectedAt = null;
  return next;
}

function withFigures<P extends MovablePayment>(payment: P, tally: Tally, facts: Facts): P {
  if (isHeld(payment, tally)) return held(payment, tally);
  const options = optionsOf(payment).map((option, index) => ({
    ...option,
    ...figuresOf(payment, index, tally, facts),
  }));
  const exception = exceptionOf(payment, tally);
  const shown = options[mostReceived(tally.worth) ?? payment.chosenOption ?? 0] ?? options[0];
  if (payment.options === undefined) return { ...payment, ...(shown as OptionState), exception };
  return { ...payment, ...shownOf(shown as OptionState), exception, options };
}

/** What it shows stays as it was. */
function held<P extends MovablePayment>(payment: P, tally: Tally): P {
  const recheckAtTime = (index: number) => (tally.options[index] as OptionTally).position.time;
  if (payment.options === undefined) return { ...payment, recheckAtTime: recheckAtTime(0) };
  const options = payment.options.map((option, index) => ({
    ...option,
    recheckAtTime: recheckAtTime(index),
  }));
  return { ...payment, options };
}

function figuresOf(payment: MovablePayment, index: number, tally: Tally, facts: Facts) {
  const own = tally.options[index] as OptionTally;
  const isOpen = payment.status === 'pending' || payment.status === 'partially_paid';
  // Where this chain has come past it, and others have not, it is they that are waited for.
  const waits = isOpen && (!isPast(own, payment, tally, facts) || isTimeUp(payment, tally, facts));
  const last = tally.completing && own.last;
  return {
    amountReceived: own.received,
    amountConfirmed: own.confirmed,
    confirmations: last ? depthOf(last, own.position) : 0,
    detectedInBlock: last?.blockNumber ?? null,
    recheckAtBlock: own.recheckAtBlock,
    recheckAtTime: waits ? closesAt(payment, tally, facts) : null,
  };
}

/** What a payment shows of one of its options as its own. */
function shownOf(option: OptionState) {
  const { chainId, chain, tokenId, amount, amountReceived, amountConfirmed } = option;
  const { confirmations, requiredConfirmations, detectedInBlock } = option;
  const asset = { chainId, chain, tokenId, amount, requiredConfirmations };
  return { ...asset, amountReceived, amountConfirmed, confirmations, detectedInBlock };
}

/** Index of the option that has received most by value, the first of equals; null: nothing was received. */
function mostReceived(worth: readonly bigint[]): number | null {
  const most = worth.reduce((best, one, index) => (one > (worth[best] ?? 0n) ? index : best), 0);
  return (worth[most] ?? 0n) > 0n ? most : null;
}

/** One word for what the merchant may have to act on, the most pressing first. */
function exceptionOf(payment: MovablePayment, tally: Tally): PaymentException | null {
  if (tally.parts.isTooMuch(tally.left)) return 'overpaid';
  if (tally.completing) return tally.completing.blockTime > payment.expiresAt ? 'late' : null;
  // Nothing arrived, or all of it goes back.
  if (tally.left <= 0n) return null;
  if (payment.status === 'expired') return 'underpaid';
  return tally.hasLateCredit ? 'late' : null;
}
