import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type Storable } from '../../database/storable.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';

/** One POST and what came back. */
@Entity('webhook_attempts')
@Index('webhook_attempts_delivery_idx', ['deliveryId', 'startedAt'])
@Index('webhook_attempts_started_idx', ['startedAt'])
export class WebhookAttempt {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_attempts_pkey' })
  id: string;

  @ForeignKey(() => WebhookDelivery, { name: 'webhook_attempts_delivery_fkey' })
  @Column('uuid', { name: 'delivery_id' })
  deliveryId: string;

  /** The job that brought the delivery: a replay, which has another, waits until this attempt has ended. */
  @Column('uuid', { name: 'job_id', nullable: true })
  jobId: string | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt: Date;

  @Column('integer', { name: 'duration_ms' })
  durationMs: number;

  /** HTTP status; null when no answer came. */
  @Column('smallint', { nullable: true })
  status: number | null;

  /** In words a merchant understands; null for a success. */
  @Column('text', { nullable: true })
  error: string | null;

  /** The response's first 1 KB. */
  @Column('text', { nullable: true })
  response: Storable | null;

  /** The IP address connected to; null when it came to none. */
  @Column('text', { nullable: true })
  address: string | null;

  /** Looking up the host name; null where there was nothing to look up, as on a connection used again. */
  @Column('integer', { name: 'dns_ms', nullable: true })
  dnsMs: number | null;

  /** Connecting, TLS included; null on a connection used again. */
  @Column('integer', { name: 'connect_ms', nullable: true })
  connectMs: number | null;

  /** From the request sent to the first byte of the answer. */
  @Column('integer', { name: 'first_byte_ms', nullable: true })
  firstByteMs: number | null;
}
