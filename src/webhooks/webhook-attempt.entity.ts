import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WebhookDelivery } from './webhook-delivery.entity.js';

/** One POST and what came back. */
@Entity('webhook_attempts')
@Index('webhook_attempts_delivery_idx', ['deliveryId', 'startedAt'])
export class WebhookAttempt {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_attempts_pkey' })
  id: string;

  @ForeignKey(() => WebhookDelivery, { name: 'webhook_attempts_delivery_fkey' })
  @Column('uuid', { name: 'delivery_id' })
  deliveryId: string;

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
  response: string | null;
}
