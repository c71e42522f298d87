import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { PaymentEvent } from '../payments/event.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

export type DeliveryState = 'pending' | 'delivered' | 'dead' | 'cancelled';

/** One event on its way to one endpoint. */
@Entity('webhook_deliveries')
@Check('webhook_deliveries_state_check', `state IN ('pending','delivered','dead','cancelled')`)
@Index('webhook_deliveries_event_endpoint_key', ['eventId', 'endpointId'], { unique: true })
@Index('webhook_deliveries_endpoint_idx', ['endpointId', 'state', 'id'])
@Index('webhook_deliveries_due_idx', ['nextAttemptAt'], { where: `state = 'pending'` })
export class WebhookDelivery {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  id: string;

  @ForeignKey(() => PaymentEvent, { name: 'webhook_deliveries_event_fkey' })
  @Column('varchar', { name: 'event_id', length: 40 })
  eventId: string;

  @ForeignKey(() => WebhookEndpoint, { name: 'webhook_deliveries_endpoint_fkey' })
  @Column('uuid', { name: 'endpoint_id' })
  endpointId: string;

  @Column('varchar', { length: 10, default: 'pending' })
  state: DeliveryState;

  /** Attempts made. */
  @Column('integer', { default: 0 })
  attempts: number;

  /** When the next attempt is due; null once the delivery has ended. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
