import { getAddress } from 'ethers';
import { type SigningPause } from '../outgoing/signing-pause.entity.js';
import { type Planned } from './planning/plan.js';
import { type Sweep, type SweepState, type WaitReason } from './sweep.entity.js';

/** One asset of one deposit address on its way to the treasury. Amounts are decimal strings in base units. */
export interface SweepView {
  id: string;
  payment_id: string;
  chain: string;
  chain_id: number;
  status: SweepState;
  /** The same as `status`, by its older name. */
  state: SweepState;
  /** What it waits for, for machines; null: it does not wait. */
  reason_code: WaitReason | null;
  /** What it waits for, or why it failed. */
  reason: string | null;
  /** EIP-55, as all addresses here. */
  from: string;
  treasury: string;
  /** Null: the chain's native asset. */
  token_address: string | null;
  amount: string;
  /** What reached the treasury; null until it is final. */
  received: string | null;
  /** Wei, by the gas price when it was planned. */
  estimated_fee: string;
  /** Wei, as paid, with the gas that was sent for it; null until it is final. */
  fee: string | null;
  forced: boolean;
  tx_hash: string | null;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}

export function sweepView(sweep: Sweep, chain: string, txHash: string | null): SweepView {
  return {
    id: sweep.id,
    payment_id: sweep.paymentId,
    chain,
    chain_id: sweep.chainId,
    status: sweep.state,
    state: sweep.state,
    reason_code: sweep.reasonCode,
    reason: sweep.reason,
    from: getAddress(sweep.from),
    treasury: getAddress(sweep.treasury),
    token_address: sweep.tokenAddress === null ? null : getAddress(sweep.tokenAddress),
    amount: sweep.amount.toString(),
    received: sweep.received?.toString() ?? null,
    estimated_fee: sweep.estimatedFee.toString(),
    fee: sweep.fee?.toString() ?? null,
    forced: sweep.isForced,
    tx_hash: txHash,
    created_at: sweep.createdAt.toISOString(),
    updated_at: sweep.updatedAt.toISOString(),
    finished_at: sweep.finishedAt?.toISOString() ?? null,
  };
}

/** What a plan makes of money at an address. */
export interface PlannedView {
  payment_id: string;
  chain: string;
  from: string;
  treasury: string;
  token_address: string | null;
  amount: string;
  /** Wei. */
  estimated_fee: string;
  goes: boolean;
  reason_code: WaitReason | null;
  reason: string | null;
}

export function plannedView({ deposit, treasury, candidate, decision }: Planned, chain: string): PlannedView {
  return {
    payment_id: deposit.paymentId,
    chain,
    from: getAddress(deposit.address),
    treasury: getAddress(treasury),
    token_address: deposit.tokenAddress === null ? null : getAddress(deposit.tokenAddress),
    amount: candidate.amount.toString(),
    estimated_fee: candidate.feeWei.toString(),
    goes: decision.go,
    reason_code: decision.go ? null : decision.code,
    reason: decision.go ? null : decision.reason,
  };
}

export interface ControlView {
  paused: boolean;
  reason: string | null;
  changed_at: string;
}

export function controlView({ isPaused, reason, changedAt }: SigningPause): ControlView {
  return { paused: isPaused, reason, changed_at: changedAt.toISOString() };
}
