import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a key may still ask for: a bucket that all API processes take from. Its table is not logged: a crash of Postgres
 * empties it, which fills every bucket.
 */
@Entity('request_budgets')
export class RequestBudget {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'request_budgets_pkey' })
  keyId: string;

  /** Requests left, when it was last taken from. */
  @Column('double precision')
  tokens: number;

  /** How many the last one was given. */
  @Column('integer')
  granted: number;

  @Column('timestamptz', { name: 'refilled_at' })
  refilledAt: Date;
}
