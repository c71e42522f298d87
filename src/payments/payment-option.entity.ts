import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { type ChainId } from '../ids/ids.js';
import { Payment, type PaymentSweep } from './payment.entity.js';
import { type LockedRate } from './quote/locked-rate.js';

/**
 * One asset on one chain in which a payment may be paid, and what has come of it so far. Every payment has at least one.
 * What a chain's scanner looks payments up by: any part of any payment is found by the option's chain.
 */
@Entity('payment_options')
@Check('payment_options_amount_check', 'amount > 0')
@Index('payment_options_token_key', ['paymentId', 'chainId', 'tokenId'], {
  unique: true,
  where: 'token_id IS NOT NULL',
})
@Index('payment_options_native_key', ['paymentId', 'chainId'], { unique: true, where: 'token_id IS NULL' })
@Index('payment_options_recheck_time_idx', ['chainId', 'recheckAtTime'], {
  where: 'recheck_at_time IS NOT NULL',
})
@Index('payment_options_recheck_block_idx', ['chainId', 'recheckAtBlock'], {
  where: 'recheck_at_block IS NOT NULL',
})
@Index('payment_options_native_watch_idx', ['chainId', 'expiresAt'], { where: 'token_id IS NULL' })
@Index('payment_options_unswept_idx', ['chainId', 'paymentId'], {
  where: 'amount_received > 0 AND sweep IS NULL',
})
export class PaymentOption {
  @ForeignKey(() => Payment, { name: 'payment_options_payment_fkey' })
  @PrimaryColumn('uuid', { name: 'payment_id', primaryKeyConstraintName: 'payment_options_pkey' })
  paymentId: string;

  /** In the order in which they are offered, 0-based. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'payment_options_pkey' })
  position: number;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** The chain's name in chains.yaml when the payment was made. */
  @Column('varchar', { length: 20 })
  chain: string;

  /** Null: the chain's native asset. */
  @ForeignKey(() => Token, { name: 'payment_options_token_fkey' })
  @Column('uuid', { name: 'token_id', nullable: true })
  tokenId: string | null;

  /** The whole payment in this asset, in base units. */
  @Column(amountColumn)
  amount: bigint;

  /** Null: final when the node's `finalized` block has reached it. */
  @Column('integer', { name: 'required_confirmations', nullable: true })
  requiredConfirmations: number | null;

  /** By which the amount was made of the price; null: there is no price, the amount was asked for as it is. */
  @Column('jsonb', { nullable: true })
  rate: LockedRate | null;

  /** The payment's, so that the addresses that a chain has to watch are found by one index. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  /** Sum of the counted transfers of this asset on the canonical chain, in base units. */
  @Column({ ...amountColumn, name: 'amount_received', default: 0 })
  amountReceived: bigint;

  /** The part of `amountReceived` that is deep enough to be final. */
  @Column({ ...amountColumn, name: 'amount_confirmed', default: 0 })
  amountConfirmed: bigint;

  /** Depth of the last transfer of this asset that the due amount is made up of, in blocks, when last evaluated. */
  @Column('integer', { default: 0 })
  confirmations: number;

  /** Block of that transfer. */
  @Column({ ...integerColumn, name: 'detected_in_block', nullable: true })
  detectedInBlock: number | null;

  /** The scanned (or final) block number at which a counted transfer becomes deep enough: when to look again. */
  @Column({ ...integerColumn, name: 'recheck_at_block', nullable: true })
  recheckAtBlock: number | null;

  /** The chain time past which an unpaid payment expires as far as this chain is concerned: when to look again. */
  @Column('timestamptz', { name: 'recheck_at_time', nullable: true })
  recheckAtTime: Date | null;

  /** The final sweep of what came in this asset; null until there is one. */
  @Column('jsonb', { nullable: true })
  sweep: PaymentSweep | null;
}
