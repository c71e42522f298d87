import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { Token } from '../chain/tokens/token.entity.js';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { type PaymentException, type PaymentStatus } from './lifecycle.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** Amounts are decimal strings in base units: `amount` of the payment's asset, `fee` of the chain's native one. */
export interface PaymentSweep {
  tx_hash: string;
  amount: string;
  fee: string;
}

/** A request for money: one deposit address, one asset, one amount due. Its moves are made in `lifecycle.ts` only. */
@Entity('payments')
@Check(
  'payments_status_check',
  `status IN ('pending','partially_paid','detected','confirmed','settled','expired','failed','cancelled')`,
)
@Check('payments_exception_check', `exception IN ('underpaid','overpaid','late')`)
@Check('payments_amount_check', 'amount > 0')
@Check('payments_tolerance_check', 'underpayment_tolerance_bps BETWEEN 0 AND 1000')
@Index('payments_merchant_idx', ['merchantId', 'id'])
@Index('payments_merchant_status_idx', ['merchantId', 'status', 'id'])
@Index('payments_merchant_reference_idx', ['merchantId', 'reference', 'id'], {
  where: 'reference IS NOT NULL',
})
@Index('payments_unsettled_idx', ['chainId', 'id'], { where: `status = 'confirmed' AND sweep IS NULL` })
@Index('payments_recheck_time_idx', ['chainId', 'recheckAtTime'], { where: 'recheck_at_time IS NOT NULL' })
@Index('payments_native_watch_idx', ['chainId', 'expiresAt'], { where: 'token_id IS NULL' })
@Index('payments_open_idx', ['chainId', 'status', 'createdAt'], {
  where: `status IN ('pending','partially_paid','detected')`,
})
@Index('payments_recheck_block_idx', ['chainId', 'recheckAtBlock'], { where: 'recheck_at_block IS NOT NULL' })
export class Payment {
  /** UUIDv7: sorts by creation. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'payments_pkey' })
  id: string;

  @ForeignKey(() => Merchant, { name: 'payments_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** The chain's name in chains.yaml when the payment was made. */
  @Column('varchar', { length: 20 })
  chain: string;

  /** Null: the chain's native asset. */
  @ForeignKey(() => Token, { name: 'payments_token_fkey' })
  @Column('uuid', { name: 'token_id', nullable: true })
  tokenId: string | null;

  /** Lower-case hex with 0x. Never shared by two payments. */
  @Index('payments_address_key', { unique: true })
  @Column('varchar', { length: 42 })
  address: Address;

  @Column('varchar', { name: 'deposit_scheme', length: 16 })
  depositScheme: string;

  /** What the scheme needs to find the address again, beyond the index. */
  @Column('jsonb', { name: 'deposit_parameters', nullable: true })
  depositParameters: Record<string, unknown> | null;

  /** The last element of the BIP-44 path. Comes from a Postgres sequence and is never used again. */
  @Index('payments_derivation_index_key', { unique: true })
  @Column({ ...integerColumn, name: 'derivation_index' })
  derivationIndex: number;

  /** Due, in base units. */
  @Column(amountColumn)
  amount: bigint;

  /** How much less than the amount is enough, in basis points: the merchant's when the payment was made. */
  @Column('smallint', { name: 'underpayment_tolerance_bps', default: 0 })
  underpaymentToleranceBps: number;

  /** Sum of the counted transfers on the canonical chain, in base units. */
  @Column({ ...amountColumn, name: 'amount_received', default: 0 })
  amountReceived: bigint;

  /** The part of `amountReceived` that is deep enough to be final. */
  @Column({ ...amountColumn, name: 'amount_confirmed', default: 0 })
  amountConfirmed: bigint;

  @Column('varchar', { length: 16, default: 'pending' })
  status: PaymentStatus;

  @Column('varchar', { length: 16, nullable: true })
  exception: PaymentException | null;

  /** Depth of the transfer that completed the due amount, in blocks, when last evaluated. */
  @Column('integer', { default: 0 })
  confirmations: number;

  /** Null: final when the node's `finalized` block has reached it. */
  @Column('integer', { name: 'required_confirmations', nullable: true })
  requiredConfirmations: number | null;

  /** Block of the transfer that completed the due amount. */
  @Column({ ...integerColumn, name: 'detected_in_block', nullable: true })
  detectedInBlock: number | null;

  /** The scanned (or final) block number at which a counted transfer becomes deep enough: when to look again. */
  @Column({ ...integerColumn, name: 'recheck_at_block', nullable: true })
  recheckAtBlock: number | null;

  /** The chain time past which an unpaid payment expires: when to look again. */
  @Column('timestamptz', { name: 'recheck_at_time', nullable: true })
  recheckAtTime: Date | null;

  @Column('varchar', { length: 255, nullable: true })
  reference: string | null;

  @Column('jsonb', { nullable: true })
  metadata: Record<string, unknown> | null;

  /** The final sweep of its funds; null until there is one. What the scanner settles the payment by. */
  @Column('jsonb', { nullable: true })
  sweep: PaymentSweep | null;

  /** Grows by one with every event; a consumer drops what is older than what it has. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'detected_at', nullable: true })
  detectedAt: Date | null;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt: Date | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt: Date | null;

  /** When its merchant cancelled it, whether or not money undid that. */
  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt: Date | null;
}
