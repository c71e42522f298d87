import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The first answer given to an Idempotency-Key, written in the transaction that did the work. */
@Entity('idempotency_records')
@Index('idempotency_records_created_idx', ['createdAt'])
export class IdempotencyRecord {
  /** A merchant, or an operator's key that acts for none. */
  @PrimaryColumn('uuid', { name: 'merchant_id', primaryKeyConstraintName: 'idempotency_records_pkey' })
  merchantId: string;

  @PrimaryColumn('varchar', { length: 255, primaryKeyConstraintName: 'idempotency_records_pkey' })
  key: string;

  /** SHA-256 of method, path and canonical body: another request under the same key is refused. */
  @Column('bytea', { name: 'request_hash' })
  requestHash: Buffer;

  @Column('smallint')
  status: number;

  /** The answer's JSON; encrypted when `sealed`, because some answers carry a secret shown once. */
  @Column('text')
  response: string;

  @Column('boolean', { default: false })
  sealed: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
