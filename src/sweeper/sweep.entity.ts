import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { OutgoingTransaction } from '../outgoing/outgoing-transaction.entity.js';
import { Payment } from '../payments/payment.entity.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

export const SWEEP_STATES = ['waiting', 'planned', 'funding', 'sent', 'confirmed', 'failed'] as const;
/**
 * `waiting`: `reason` says for what. `planned`: goes at the next step. `funding`: gas is on its way to the address.
 * `sent`: the transfer is signed, and sent or mined. `confirmed`: it is final. `failed`: nothing was moved.
 */
export type SweepState = (typeof SWEEP_STATES)[number];

export const WAIT_REASONS = [
  'token',
  'treasury',
  'recipient',
  'balance',
  'fee_share',
  'minimum',
  'paused',
  'gas_price',
  'daily_limit',
  'refund',
  'no_gas_tank',
  'gas_tank_low',
  'failed_before',
  'no_delegate',
] as const;
/** Why money waits at its address, for machines. */
export type WaitReason = (typeof WAIT_REASONS)[number];

const OPEN = `state IN ('waiting','planned','funding','sent')`;

/** One asset of one deposit address on its way to the treasury; at most one is open, and those that a reorg opened again. */
@Entity('sweeps')
@Check('sweeps_state_check', `state IN ('waiting','planned','funding','sent','confirmed','failed')`)
@Check('sweeps_path_check', `path IN ('transfer','eip7702')`)
@Index('sweeps_open_native_key', ['chainId', 'from'], {
  unique: true,
  where: `token_address IS NULL AND reopened_at IS NULL AND ${OPEN}`,
})
@Index('sweeps_open_token_key', ['chainId', 'from', 'tokenAddress'], {
  unique: true,
  where: `token_address IS NOT NULL AND reopened_at IS NULL AND ${OPEN}`,
})
@Index('sweeps_open_idx', ['chainId', 'id'], { where: OPEN })
@Index('sweeps_backlog_idx', ['chainId', 'state', 'reasonCode', 'createdAt'], { where: OPEN })
@Index('sweeps_address_idx', ['chainId', 'from', 'id'])
@Index('sweeps_payment_idx', ['paymentId', 'id'])
@Index('sweeps_merchant_idx', ['merchantId', 'id'])
@Index('sweeps_outgoing_idx', ['outgoingId'])
@Index('sweeps_gas_idx', ['chainId', 'id'], {
  where: `gas_settled = false AND state IN ('confirmed','failed') AND token_address IS NOT NULL`,
})
export class Sweep {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sweeps_pkey' })
  id: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** Whose address it is. */
  @ForeignKey(() => Payment, { name: 'sweeps_payment_fkey' })
  @Column('uuid', { name: 'payment_id' })
  paymentId: string;

  @ForeignKey(() => Merchant, { name: 'sweeps_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @Column('varchar', { name: 'from_address', length: 42 })
  from: Address;

  @Column({ ...integerColumn, name: 'derivation_index' })
  derivationIndex: number;

  /** Null: the chain's native asset. */
  @Column('varchar', { name: 'token_address', length: 42, nullable: true })
  tokenAddress: Asset;

  @Column('varchar', { length: 42 })
  treasury: Address;

  /** Base units of the asset: until it is sent what was found at the address, then what leaves it for the treasury. */
  @Column(amountColumn)
  amount: bigint;

  /** Wei, by the gas price when it was last looked at. */
  @Column({ ...amountColumn, name: 'estimated_fee' })
  estimatedFee: bigint;

  /** Wei, as paid: of the transfer and of the gas sent for it. Null until it is final. */
  @Column({ ...amountColumn, nullable: true })
  fee: bigint | null;

  /** What reached the treasury. Null until it is final. */
  @Column({ ...amountColumn, nullable: true })
  received: bigint | null;

  /** How it goes: by a transfer that the deposit address signs, or in a batch of the gas tank's. */
  @Column('varchar', { length: 10 })
  path: 'transfer' | 'eip7702';

  @Column('varchar', { length: 10 })
  state: SweepState;

  @Column('varchar', { name: 'reason_code', length: 24, nullable: true })
  reasonCode: WaitReason | null;

  /** What it waits for, or why it failed. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** Asked for by name, so that neither minimum nor fee share hold it back. */
  @Column('boolean', { name: 'is_forced', default: false })
  isForced: boolean;

  /** By its plan it cost more than its share, and others of the plan paid for it. */
  @Column('boolean', { name: 'is_carried', default: false })
  isCarried: boolean;

  /** It leaves nothing of the asset behind that was final when it was signed. */
  @Column('boolean', { name: 'is_complete', default: false })
  isComplete: boolean;

  /** The transfers that were final when it was signed, by id: these have left the address once it is final and complete. */
  @Column('uuid', { name: 'taken_transfers', array: true, default: '{}' })
  takenTransfers: string[];

  /** What gas was left at the address after a token's sweep was looked at, and sent back where that was worth it. */
  @Column('boolean', { name: 'gas_settled', default: false })
  isGasSettled: boolean;

  @ForeignKey(() => OutgoingTransaction, { name: 'sweeps_outgoing_fkey' })
  @Column('uuid', { name: 'outgoing_id', nullable: true })
  outgoingId: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;

  /** When a reorg last took its transfer away after that was final. */
  @Column('timestamptz', { name: 'reopened_at', nullable: true })
  reopenedAt: Date | null;
}
