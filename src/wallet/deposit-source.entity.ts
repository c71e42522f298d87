import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Address } from '../ids/ids.js';

/** Whose addresses this database hands out: one wallet per deposit scheme. */
@Entity('deposit_sources')
export class DepositSource {
  @PrimaryColumn('varchar', { length: 16, primaryKeyConstraintName: 'deposit_sources_pkey' })
  scheme: string;

  /** Its address at index 0, lower-case hex with 0x. */
  @Column('varchar', { name: 'first_address', length: 42 })
  firstAddress: Address;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
