import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../database/column-types.js';
import { type PostingKind } from './posting.js';
import { type ChainId, type TxHash } from '../ids/ids.js';

/**
 * One movement of value as it was booked, or the reversal of one. Append-only: the database refuses to change or
 * delete it.
 */
@Entity('ledger_transactions')
@Check(
  'ledger_transactions_kind_check',
  `kind IN ('deposit','sweep','gas','gas_return','refund','top_up','opening','deploy')`,
)
@Index('ledger_transactions_subject_key', ['subject', 'sequence'], { unique: true })
@Index('ledger_transactions_reverses_key', ['reverses'], { unique: true, where: 'reverses IS NOT NULL' })
@Index('ledger_transactions_booked_idx', ['bookedAt'])
@Index('ledger_transactions_observed_idx', ['chainId', 'blockNumber'], {
  where: `kind IN ('top_up','opening')`,
})
export class LedgerTransaction {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ledger_transactions_pkey' })
  id: string;

  /** What was moved. */
  @Column('varchar', { length: 140 })
  subject: string;

  /** Of what was booked about the subject, 0-based: a posting, its reversal, the next posting, … */
  @Column('integer')
  sequence: number;

  /** Of a reversal: that of what it undoes. */
  @Column('varchar', { length: 12 })
  kind: PostingKind;

  /** The ledger transaction that this one undoes; null: it is a posting. */
  @ForeignKey(() => LedgerTransaction, { name: 'ledger_transactions_reverses_fkey' })
  @Column('uuid', { nullable: true })
  reverses: string | null;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  @Column('varchar', { name: 'tx_hash', length: 66, nullable: true })
  txHash: TxHash | null;

  @Column({ ...integerColumn, name: 'block_number' })
  blockNumber: number;

  @Column('varchar', { name: 'block_hash', length: 66 })
  blockHash: string;

  @Column('timestamptz', { name: 'block_time' })
  blockTime: Date;

  /** Without a foreign key: books outlive what they tell of. */
  @Column('uuid', { name: 'payment_id', nullable: true })
  paymentId: string | null;

  @Column('timestamptz', { name: 'booked_at', default: () => 'clock_timestamp()' })
  bookedAt: Date;
}
