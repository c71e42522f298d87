import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { LedgerTransaction } from './ledger-transaction.entity.js';
import { type LedgerAccount } from './posting.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

/** One leg of a ledger transaction. Append-only; those of a transaction add up to 0 for each asset, or are refused. */
@Entity('ledger_entries')
@Check(
  'ledger_entries_account_check',
  `account IN ('customer','deposit','gas_tank','payout','treasury','fees','external')`,
)
@Check('ledger_entries_amount_check', 'amount <> 0')
@Index('ledger_entries_balance_idx', ['chainId', 'address', 'blockNumber'], { where: 'address IS NOT NULL' })
export class LedgerEntry {
  @ForeignKey(() => LedgerTransaction, { name: 'ledger_entries_transaction_fkey' })
  @PrimaryColumn('uuid', { name: 'transaction_id', primaryKeyConstraintName: 'ledger_entries_pkey' })
  transactionId: string;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'ledger_entries_pkey' })
  position: number;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  @Column({ ...integerColumn, name: 'block_number' })
  blockNumber: number;

  @Column('varchar', { length: 10 })
  account: LedgerAccount;

  /** Whose balance it is part of; null for accounts that are not on chain. */
  @Column('varchar', { length: 42, nullable: true })
  address: Address | null;

  /** Null: the native asset. */
  @Column('varchar', { name: 'token_address', length: 42, nullable: true })
  tokenAddress: Asset;

  @Column(amountColumn)
  amount: bigint;
}
