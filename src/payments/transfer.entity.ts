import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { Payment } from './payment.entity.js';

export type TransferKind = 'native' | 'erc20' | 'internal';
export type TransferState = 'included' | 'orphaned';
/** Why a transfer to a payment's address does not count towards it. */
export type UncountedReason = 'wrong_asset' | 'wrong_chain' | 'after_watch';

/**
 * Money that reached a deposit address. A credit is (chain, tx hash, ordinal within the transaction): block-wide
 * log indices shift when a transaction is mined again, the position inside it does not.
 */
@Entity('transfers')
@Check('transfers_kind_check', `kind IN ('native','erc20','internal')`)
@Check('transfers_state_check', `state IN ('included','orphaned')`)
@Index('transfers_identity_key', ['chainId', 'txHash', 'ordinal', 'kind'], { unique: true })
@Index('transfers_payment_idx', ['paymentId'])
@Index('transfers_block_idx', ['chainId', 'blockNumber'])
export class Transfer {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'transfers_pkey' })
  id: string;

  /** The payment whose address received it. */
  @ForeignKey(() => Payment, { name: 'transfers_payment_fkey' })
  @Column('uuid', { name: 'payment_id' })
  paymentId: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: number;

  @Column('varchar', { name: 'tx_hash', length: 66 })
  txHash: string;

  /** Position of the log inside its transaction, 0-based; 0 for a native transfer. */
  @Column('integer')
  ordinal: number;

  /** Position of the log in its block, where it was last included; null for a native transfer. */
  @Column('integer', { name: 'log_index', nullable: true })
  logIndex: number | null;

  @Column({ ...integerColumn, name: 'block_number' })
  blockNumber: number;

  @Column('varchar', { name: 'block_hash', length: 66 })
  blockHash: string;

  @Column('timestamptz', { name: 'block_time' })
  blockTime: Date;

  @Column('varchar', { name: 'from_address', length: 42 })
  from: string;

  @Column('varchar', { name: 'to_address', length: 42 })
  to: string;

  /** The token's contract; null for the native asset. */
  @Column('varchar', { name: 'token_address', length: 42, nullable: true })
  tokenAddress: string | null;

  @Column(amountColumn)
  amount: bigint;

  @Column('varchar', { length: 10 })
  kind: TransferKind;

  @Column('varchar', { length: 10 })
  state: TransferState;

  /** Null: it counts. */
  @Column('varchar', { name: 'uncounted_reason', length: 20, nullable: true })
  uncountedReason: UncountedReason | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
