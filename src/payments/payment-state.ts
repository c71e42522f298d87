import { type ChainId, type TxHash } from '../ids/ids.js';
import { type RefundFact } from './given-back.js';
import { type Fraction } from './parts.js';

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

/** One asset that a payment may be paid in, as the lifecycle reads and moves it. Amounts in base units of the asset. */
export interface OptionState {
  /** Left out: the one chain that `Facts` speak of. */
  chainId?: ChainId;
  chain?: string;
  tokenId?: string | null;
  /** The whole payment in this asset. */
  amount: bigint;
  amountReceived: bigint;
  amountConfirmed: bigint;
  confirmations: number;
  /** Blocks, counting the transfer's own; null: final when the chain's final block has reached the transfer. */
  requiredConfirmations: number | null;
  detectedInBlock: number | null;
  recheckAtBlock?: number | null;
  recheckAtTime?: Date | null;
}

/**
 * The part of a payment that the lifecycle reads and moves. Its own fields as an option are those of the option that has
 * received most by value; while none has, of the one that the payer chose, else of the first.
 */
export interface MovablePayment extends OptionState {
  status: PaymentStatus;
  exception: PaymentException | null;
  /** How much less than the amount is enough, in basis points. */
  underpaymentToleranceBps: number;
  version: number;
  expiresAt: Date;
  detectedAt: Date | null;
  confirmedAt: Date | null;
  settledAt: Date | null;
  /** When its merchant ended it. Money that was mined before that still counts, and undoes it. */
  cancelledAt: Date | null;
  /** When it was found to have failed. On several chains, money that was mined before that and is seen later undoes it. */
  failedAt?: Date | null;
  /** Left out: the payment itself is its only one. */
  options?: readonly OptionState[];
  /** Index of the option that the payer chose. */
  chosenOption?: number | null;
}

/** A payment that is its own only option. */
export interface PaymentState extends MovablePayment {
  recheckAtBlock: number | null;
  recheckAtTime: Date | null;
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
  /** Index of the option that it is money of; left out: the first. */
  option?: number;
  /** What it is worth of what the option's amount says: late money whose rate has moved; null: all of it. */
  factor?: Fraction | null;
  /** It has left its address for the treasury, for good. */
  isSwept?: boolean;
}

/** Up to where a chain is known. */
export interface Position {
  /** The last block whose facts are known and that no node contradicts. Its time, not ours, decides expiry. */
  number: number;
  time: Date;
  /** The highest block that the chain itself calls final, or null where that is not asked. */
  finalNumber: number | null;
  /** Blocks were scanned that nodes contradict, or in which something has yet to be looked for: money may be missing here. */
  isUnsure?: boolean;
}

export interface Facts {
  /** Every counted transfer on the canonical chains as far as they were read; order and repeats do not matter. */
  credits: readonly Credit[];
  /** Every refund of what counts, in any state; order and repeats do not matter. Left out: there is none. */
  refunds?: readonly RefundFact[];
  /** The last block whose facts are known and that no node contradicts. Its time, not ours, decides expiry. */
  scanned: { number: number; time: Date };
  /** The highest block that the chain itself calls final, or null where that is not asked. */
  finalNumber: number | null;
  /** Of each chain that the options name, in place of the two above; what is not in it is not known at all. */
  chains?: ReadonlyMap<number, Position>;
  /** How long after `expiresAt` a transfer still counts, in ms. */
  lateWatchMs: number;
  /** The sweep of this payment's funds is final. */
  swept?: boolean;
  /** Our clock, for the `…At` columns. It decides nothing. */
  now: Date;
}

export function optionsOf(payment: MovablePayment): readonly OptionState[] {
  return payment.options ?? [payment];
}
