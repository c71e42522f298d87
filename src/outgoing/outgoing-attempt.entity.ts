import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { type Fees } from './fees.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type ChainId, type TxHash } from '../ids/ids.js';

/** Bytes that were signed for an outgoing transaction; each replaces those before it, and any of them may be mined. */
@Entity('outgoing_attempts')
@Index('outgoing_attempts_ordinal_key', ['outgoingId', 'ordinal'], { unique: true })
@Index('outgoing_attempts_hash_idx', ['txHash'])
export class OutgoingAttempt {
  @PrimaryColumn({
    ...integerColumn,
    name: 'chain_id',
    primaryKeyConstraintName: 'outgoing_attempts_pkey',
  })
  chainId: ChainId;

  @PrimaryColumn('varchar', {
    name: 'tx_hash',
    length: 66,
    primaryKeyConstraintName: 'outgoing_attempts_pkey',
  })
  txHash: TxHash;

  @ForeignKey(() => OutgoingTransaction, { name: 'outgoing_attempts_outgoing_fkey' })
  @Column('uuid', { name: 'outgoing_id' })
  outgoingId: string;

  /** 0 is the first; a higher one replaces those below. */
  @Column('integer')
  ordinal: number;

  /** As it is broadcast (EIP-2718), 0x-hex. */
  @Column('text')
  raw: string;

  @Column({ ...integerColumn, name: 'gas_limit' })
  gasLimit: number;

  /** Wei; of a legacy transaction its gas price. */
  @Column({ ...amountColumn, name: 'max_fee_per_gas' })
  maxFeePerGas: bigint;

  /** Wei; null: a legacy transaction. */
  @Column({ ...amountColumn, name: 'max_priority_fee_per_gas', nullable: true })
  maxPriorityFeePerGas: bigint | null;

  /** Of the asset, in base units, as these bytes move it. */
  @Column(amountColumn)
  amount: bigint;

  @Column('timestamptz', { name: 'signed_at', default: () => 'now()' })
  signedAt: Date;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt: Date | null;
}

/** What its bytes offer. */
export function feesOf({ maxFeePerGas, maxPriorityFeePerGas }: OutgoingAttempt): Fees {
  return { maxFeePerGas, maxPriorityFeePerGas };
}
