import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../database/column-types.js';
import { type ChainId } from '../ids/ids.js';

/** What the last check of a chain's books came to: for alerts. The check itself reports what differs. */
@Entity('ledger_checks')
export class LedgerCheckResult {
  @PrimaryColumn({ ...integerColumn, name: 'chain_id', primaryKeyConstraintName: 'ledger_checks_pkey' })
  chainId: ChainId;

  @Column('timestamptz', { name: 'checked_at', default: () => 'now()' })
  checkedAt: Date;

  /** Up to which the books were compared. */
  @Column({ ...integerColumn, name: 'block_number' })
  blockNumber: number;

  @Column('integer')
  differences: number;
}
