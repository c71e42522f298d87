import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../../database/column-types.js';
import { PaymentEvent } from '../../events/event.entity.js';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event on its way to one endpoint. */
@Entity('webhook_deliveries')
@Check('webhook_deliveries_state_check', `state IN ('pending','delivered','dead','cancelled')`)
@Index('webhook_deliveries_event_endpoint_key', ['eventId', 'endpointId'], { unique: true })
@Index('webhook_deliveries_endpoint_idx', ['endpointId', 'state', 'id'])
@Index('webhook_deliveries_due_idx', ['nextAttemptAt'], { where: `state = 'pending'` })
@Index('webhook_deliveries_merchant_idx', ['merchantId', 'id'])
@Index('webhook_deliveries_merchant_state_idx', ['merchantId', 'state', 'id'])
@Index('webhook_deliveries_merchant_time_idx', ['merchantId', 'state', 'createdAt', 'id'], {
  where: `state IN ('delivered', 'dead')`,
})
@Index('webhook_deliveries_order_idx', ['paymentId', 'position'], {
  where: `state = 'pending'`,
})
@Index('webhook_deliveries_held_idx', ['endpointId'], {
  where: `state = 'pending' AND next_attempt_at IS NULL`,
})
@Index('webhook_deliveries_dead_idx', ['eventType'], { where: `state = 'dead'` })
export class WebhookDelivery {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  id: string;

  @ForeignKey(() => PaymentEvent, { name: 'webhook_deliveries_event_fkey' })
  @Column('varchar', { name: 'event_id', length: 40 })
  eventId: string;

  @ForeignKey(() => WebhookEndpoint, { name: 'webhook_deliveries_endpoint_fkey' })
  @Column('uuid', { name: 'endpoint_id' })
  endpointId: string;

  /** Of the event, as are the three that follow: nothing here needs a join to be found or put in order. */
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @Column('uuid', { name: 'payment_id', nullable: true })
  paymentId: string | null;

  @Column('varchar', { name: 'event_type', length: 64 })
  eventType: string;

  @Column(integerColumn)
  position: number;

  @Column('varchar', { length: 10, default: 'pending' })
  state: DeliveryState;

  /** Attempts made. */
  @Column('integer', { default: 0 })
  attempts: number;

  /** Of them, those made before the last replay: it starts the retry schedule from its beginning. */
  @Column('integer', { name: 'attempts_before', default: 0 })
  attemptsBefore: number;

  /** `next_attempt_at` was given by the endpoint's rate limit, so the limit lets it pass then. */
  @Column('boolean', { name: 'has_slot', default: false })
  hasSlot: boolean;

  /**
   * The job that brings it, on its first way together with others; null: the one with its own id. A new one for each
   * attempt and replay: the queue takes no second job of the same id, be the first at work or waiting for hours.
   */
  @Column('uuid', { name: 'job_id', nullable: true })
  jobId: string | null;

  /** When the next attempt is due; null once the delivery has ended, and while its endpoint is disabled. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
