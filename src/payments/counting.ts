import { isAbsurdAmount } from '../chain/tokens/absurd-amount.js';
import { type PaymentStatus, watchEndsAt } from './lifecycle.js';
import { type Asset, type ChainId } from '../ids/ids.js';

export type TransferState = 'included' | 'orphaned';

/** Why a transfer to a payment's address does not count towards it by itself. */
export const UNCOUNTED_REASONS = [
  'absurd_amount',
  'wrong_chain',
  'wrong_asset',
  'after_watch',
  'payment_failed',
  'payment_cancelled',
  'rate_unknown',
] as const;
export type UncountedReason = (typeof UNCOUNTED_REASONS)[number];

/** Of the right asset on the right chain, only too late: it counts once its merchant has accepted it. */
export const COUNTS_ONCE_ACCEPTED: readonly UncountedReason[] = [
  'after_watch',
  'payment_cancelled',
  'rate_unknown',
];

/** What a merchant made of a transfer that did not count by itself. */
export type Resolution = 'accepted' | 'ignored';

/** `unassigned`: nobody has made anything of it. `orphaned`: a reorg took it away. */
export const DEPOSIT_STATES = ['counted', 'unassigned', 'accepted', 'ignored', 'orphaned'] as const;
export type DepositState = (typeof DEPOSIT_STATES)[number];

export type DepositEventType =
  'deposit.unassigned' | 'deposit.accepted' | 'deposit.ignored' | 'deposit.reorged' | 'deposit.counted';

interface ExpectedAsset {
  chainId: ChainId;
  /** Lower-case; null: the native asset. */
  tokenAddress: Asset;
  /** Asked for, in base units. */
  amount: bigint;
}

interface Expected {
  /** What it may be paid in. */
  options: readonly ExpectedAsset[];
  expiresAt: Date;
  status: PaymentStatus;
  /** Null: it was not. */
  cancelledAt: Date | null;
  /** Null: it has not, or nobody wrote down when. */
  failedAt?: Date | null;
}

interface Arrived {
  chainId: ChainId;
  tokenAddress: Asset;
  /** In base units. */
  amount: bigint;
  blockTime: Date;
}

/** The part of a transfer that says what it is to its payment. */
export interface DepositFacts {
  state: TransferState;
  uncountedReason: UncountedReason | null;
  resolution: Resolution | null;
}

const DAY_MS = 86_400_000;
/** How long after its expiry money still counts towards a payment, in ms. */
export function lateWatchMsOf({ lateWatchDays }: { lateWatchDays: number }): number {
  return lateWatchDays * DAY_MS;
}

/** Whether a token claims to have moved more than there can be. */
export function isAbsurd({ amount, tokenAddress }: Pick<Arrived, 'amount' | 'tokenAddress'>): boolean {
  return isAbsurdAmount(tokenAddress, amount);
}

/** Why a transfer that reached a payment's address does not count towards it; null when it does. */
export function whyNotCounted(
  expected: Expected,
  arrived: Arrived,
  lateWatchMs: number,
): UncountedReason | null {
  const here = expected.options.filter(({ chainId }) => chainId === arrived.chainId);
  const option = here.find(({ tokenAddress }) => tokenAddress === arrived.tokenAddress);
  // Whoever asks for so much is taken at their word.
  const isAskedFor = (option ? [option] : expected.options).some(({ amount }) => amount >= arrived.amount);
  if (isAbsurd(arrived) && !isAskedFor) return 'absurd_amount';
  if (here.length === 0) return 'wrong_chain';
  if (option === undefined) return 'wrong_asset';
  if (arrived.blockTime > watchEndsAt(expected, lateWatchMs)) return 'after_watch';
  if (expected.status === 'failed' && !mayHaveBeenUnseen(expected, arrived)) return 'payment_failed';
  // By the time in which it was mined, so that it does not matter when we see it.
  if (expected.cancelledAt !== null && arrived.blockTime > expected.cancelledAt) return 'payment_cancelled';
  return null;
}

/** A payment fails by what is known of its chains. One of them may have been out of reach, with money on it already. */
function mayHaveBeenUnseen({ options, failedAt }: Expected, { blockTime }: Arrived): boolean {
  const chains = new Set(options.map(({ chainId }) => chainId));
  return chains.size > 1 && failedAt != null && blockTime <= failedAt;
}

export function depositState({ state, uncountedReason, resolution }: DepositFacts): DepositState {
  if (state === 'orphaned') return 'orphaned';
  if (uncountedReason === null) return 'counted';
  return resolution ?? 'unassigned';
}

/**
 * Whether a transfer is part of what its payment received. An accepted one is where it is of the right asset on the
 * right chain: nothing else can be added to the amount due, and a payment that failed has ended.
 */
export function doesCount(deposit: DepositFacts): boolean {
  const state = depositState(deposit);
  const { uncountedReason: reason } = deposit;
  return (
    state === 'counted' || (state === 'accepted' && reason !== null && COUNTS_ONCE_ACCEPTED.includes(reason))
  );
}

/**
 * The event that brings a merchant from what was last announced to what is; null where none is needed. Money that
 * counts by itself is announced by its payment, and as a deposit only when something else was said before.
 */
export function depositEvent(announced: DepositState | null, now: DepositState): DepositEventType | null {
  if (announced === now) return null;
  const isUntold = announced === null || announced === 'counted';
  if (now === 'orphaned') return isUntold ? null : 'deposit.reorged';
  if (now === 'counted') return isUntold ? null : 'deposit.counted';
  return `deposit.${now}`;
}
