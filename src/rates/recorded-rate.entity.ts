import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A source as it was believed. */
export interface RecordedSource {
  source: string;
  /** A decimal, for people. */
  value: string;
  /** As the source dated it. */
  at: string;
  /** Of a feed. */
  round?: string;
  block?: { chain: string; number: number; hash: string };
}

/** What a pair was worth from a moment on, or why nobody could say. */
@Entity('recorded_rates')
@Index('recorded_rates_at_idx', ['at'])
export class RecordedRate {
  /** As in rates.yaml: "ETH/USD". */
  @PrimaryColumn('varchar', { length: 65, primaryKeyConstraintName: 'recorded_rates_pkey' })
  pair: string;

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'recorded_rates_pkey' })
  at: Date;

  /** The exact value is numerator / denominator; both null: there was none. */
  @Column('numeric', { nullable: true })
  numerator: string | null;

  @Column('numeric', { nullable: true })
  denominator: string | null;

  @Column('varchar', { length: 32, nullable: true })
  code: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('jsonb')
  sources: RecordedSource[];
}
