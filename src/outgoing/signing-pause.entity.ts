import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whether an operator has paused all that signs, in every process; one row. */
@Entity('sweeper_controls')
export class SigningPause {
  /** 1. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'sweeper_controls_pkey' })
  id: number;

  /** Nothing new is signed: neither sweeps, nor gas, nor refunds. What was sent is followed to its end. */
  @Column('boolean', { name: 'is_paused', default: false })
  isPaused: boolean;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' })
  changedAt: Date;
}
