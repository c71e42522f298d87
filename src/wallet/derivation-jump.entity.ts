import { Check, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
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

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
