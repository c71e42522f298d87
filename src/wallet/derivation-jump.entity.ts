import { Check, Column, Entity, ForeignKey, PrimaryGeneratedColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { integerColumn } from '../database/column-types.js';

/** Derivation indices that were skipped on purpose, so that whoever looks for money knows of the gap. */
@Entity('derivation_jumps')
@Check('derivation_jumps_ahead', 'to_index > from_index')
export class DerivationJump {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'derivation_jumps_pkey',
  })
  id: string;

  /** The first that was skipped. */
  @Column({ ...integerColumn, name: 'from_index' })
  fromIndex: number;

  /** The first that is given out again. */
  @Column({ ...integerColumn, name: 'to_index' })
  toIndex: number;

  @Column('text')
  reason: string;

  /** Who is notified of money that arrives at the addresses in between; null: they are not watched. */
  @ForeignKey(() => Merchant, { name: 'derivation_jumps_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id', nullable: true })
  merchantId: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
