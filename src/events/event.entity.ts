import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { integerColumn } from '../database/column-types.js';

/**
 * What happened, append-only: the outbox and the audit log in one. `body` is text and not jsonb, because jsonb
 * reorders keys and the bytes signed must be the bytes sent, in every attempt.
 */
@Entity('events')
@Index('events_undispatched_idx', ['position'], { where: 'dispatched_at IS NULL' })
@Index('events_payment_idx', ['paymentId', 'position'])
@Index('events_merchant_idx', ['merchantId', 'position'])
@Index('events_merchant_time_idx', ['merchantId', 'createdAt', 'id'], { where: 'dispatched_at IS NOT NULL' })
export class PaymentEvent {
  /** `evt_` + UUIDv7; the webhook-id of every attempt and replay. */
  @PrimaryColumn('varchar', { length: 40, primaryKeyConstraintName: 'events_pkey' })
  id: string;

  /** Order of writing. Two events of one payment have the order of its versions. */
  @Index('events_position_key', { unique: true })
  @Column({ ...integerColumn, generated: 'identity', generatedIdentity: 'ALWAYS' })
  position: number;

  @Column('varchar', { length: 64 })
  type: string;

  @ForeignKey(() => Merchant, { name: 'events_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @ForeignKey('Payment', { name: 'events_payment_fkey' })
  @Column('uuid', { name: 'payment_id', nullable: true })
  paymentId: string | null;

  /** The webhook's JSON, UTF-8, exactly as it will be signed and sent. */
  @Column('text')
  body: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** When its deliveries were written; null until then. */
  @Column('timestamptz', { name: 'dispatched_at', nullable: true })
  dispatchedAt: Date | null;
}
