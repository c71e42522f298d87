import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../database/column-types.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** An address of the operator's that pays for our transactions: what others send it is booked too. */
@Entity('ledger_accounts')
@Check('ledger_accounts_account_check', `account IN ('gas_tank','payout')`)
export class LedgerAccountAddress {
  @PrimaryColumn({ ...integerColumn, name: 'chain_id', primaryKeyConstraintName: 'ledger_accounts_pkey' })
  chainId: ChainId;

  /** Lower-case. */
  @PrimaryColumn('varchar', { length: 42, primaryKeyConstraintName: 'ledger_accounts_pkey' })
  address: Address;

  @Column('varchar', { length: 10 })
  account: 'gas_tank' | 'payout';

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
