import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../database/column-types.js';
import { type Address, type ChainId, type TokenAddress } from '../ids/ids.js';

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

  /**
   * Contracts of tokens that did not tell what the account held when it was opened: each has an opening of its own, once it
   * tells.
   */
  @Column('varchar', { name: 'opened_later', length: 42, array: true, default: () => `'{}'` })
  openedLater: TokenAddress[];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
