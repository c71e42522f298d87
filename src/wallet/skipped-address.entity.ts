import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../database/column-types.js';
import { DerivationJump } from './derivation-jump.entity.js';
import { type Address } from '../ids/ids.js';

/** An address that was passed over: a payment that a restored backup does not have may have been given it. */
@Entity('skipped_addresses')
export class SkippedAddress {
  /** Lower-case hex with 0x. */
  @PrimaryColumn('varchar', { length: 42, primaryKeyConstraintName: 'skipped_addresses_pkey' })
  address: Address;

  @Index('skipped_addresses_derivation_index_key', { unique: true })
  @Column({ ...integerColumn, name: 'derivation_index' })
  derivationIndex: number;

  @Column('varchar', { name: 'deposit_scheme', length: 16 })
  depositScheme: string;

  @Index('skipped_addresses_jump_idx')
  @ForeignKey(() => DerivationJump, { name: 'skipped_addresses_jump_fkey' })
  @Column('bigint', { name: 'jump_id' })
  jumpId: string;
}
