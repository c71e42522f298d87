import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { type DepositState, type Resolution, type TransferState, type UncountedReason } from './counting.js';
import { Payment } from './payment.entity.js';
import { type LockedRate } from './quote/locked-rate.js';
import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

export type TransferKind = 'native' | 'erc20' | 'internal';

/** An exact fraction of what the locked rate says, and the rate of the block's time that it was made of. */
export interface ValueFactor {
  numerator: string;
  denominator: string;
  rate: LockedRate;
}

/**
 * Money that reached a deposit address. A credit is (chain, tx hash, ordinal within the transaction): block-wide
 * log indices shift when a transaction is mined again, the position inside it does not. One of an unknown transaction is
 * (chain, block hash, address): what a block's transactions do not explain of what the address gained in it.
 */
@Entity('transfers')
@Check('transfers_kind_check', `kind IN ('native','erc20','internal')`)
@Check('transfers_state_check', `state IN ('included','orphaned')`)
@Check('transfers_resolution_check', `resolution IN ('accepted','ignored')`)
@Index('transfers_identity_key', ['chainId', 'txHash', 'ordinal', 'kind'], { unique: true })
@Index('transfers_unexplained_key', ['chainId', 'blockHash', 'to'], {
  unique: true,
  where: 'tx_hash IS NULL',
})
@Index('transfers_merchant_tx_idx', ['merchantId', 'txHash'], { where: 'tx_hash IS NOT NULL' })
@Index('transfers_payment_idx', ['paymentId'])
@Index('transfers_merchant_idx', ['merchantId', 'id'])
@Index('transfers_unassigned_idx', ['merchantId', 'id'], {
  where: `state = 'included' AND uncounted_reason IS NOT NULL AND resolution IS NULL`,
})
@Index('transfers_unswept_idx', ['chainId', 'to'], {
  where: `state = 'included' AND swept_at IS NULL`,
})
@Index('transfers_block_idx', ['chainId', 'blockNumber'])
export class Transfer {
  /** UUIDv7: sorts by when it was first seen. It stays when the transaction is mined again. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'transfers_pkey' })
  id: string;

  /** The payment whose address received it. */
  @ForeignKey(() => Payment, { name: 'transfers_payment_fkey' })
  @Column('uuid', { name: 'payment_id' })
  paymentId: string;

  /** The payment's, so that one merchant's deposits are found by an index. */
  @ForeignKey(() => Merchant, { name: 'transfers_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** Null: an internal transfer that the balance tells of, and no node which transaction it was. */
  @Column('varchar', { name: 'tx_hash', length: 66, nullable: true })
  txHash: TxHash | null;

  /** Position inside its transaction, 0-based: of the log, or of the internal transfer; 0 for a native one. */
  @Column('integer')
  ordinal: number;

  /** Position of the log in its block, where it was last included; null where there is no log. */
  @Column('integer', { name: 'log_index', nullable: true })
  logIndex: number | null;

  @Column({ ...integerColumn, name: 'block_number' })
  blockNumber: number;

  @Column('varchar', { name: 'block_hash', length: 66 })
  blockHash: string;

  @Column('timestamptz', { name: 'block_time' })
  blockTime: Date;

  /** Null where the transaction is unknown. */
  @Column('varchar', { name: 'from_address', length: 42, nullable: true })
  from: Address | null;

  @Column('varchar', { name: 'to_address', length: 42 })
  to: Address;

  /** The token's contract; null for the native asset. */
  @Column('varchar', { name: 'token_address', length: 42, nullable: true })
  tokenAddress: Asset;

  @Column(amountColumn)
  amount: bigint;

  /** What it is worth of what the locked rate says: late money whose rate has moved too far; null: all of it. */
  @Column('jsonb', { name: 'value_factor', nullable: true })
  valueFactor: ValueFactor | null;

  @Column('varchar', { length: 10 })
  kind: TransferKind;

  @Column('varchar', { length: 10 })
  state: TransferState;

  /** Null: it counts. */
  @Column('varchar', { name: 'uncounted_reason', length: 20, nullable: true })
  uncountedReason: UncountedReason | null;

  /** What the merchant made of it, where it did not count by itself. */
  @Column('varchar', { length: 10, nullable: true })
  resolution: Resolution | null;

  @Column('timestamptz', { name: 'resolved_at', nullable: true })
  resolvedAt: Date | null;

  /** What the last event about it said; null: there was none. */
  @Column('varchar', { length: 10, nullable: true })
  announced: DepositState | null;

  /** When it was known to have left its address for good; null: it is there, as far as we know. */
  @Column('timestamptz', { name: 'swept_at', nullable: true })
  sweptAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
