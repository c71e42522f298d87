import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../../auth/merchant.entity.js';

export type EndpointState = 'enabled' | 'disabled';

/** A secret encrypted at rest with AES-256-GCM under the ENCRYPTION_KEY named by `key_id`; parts are base64. */
export interface SealedSecret {
  key_id: string;
  iv: string;
  ciphertext: string;
  tag: string;
  /** ISO 8601; a rotated secret still signs until then. Null: the current secret. */
  expires_at: string | null;
  /** `whpk_…`: this is an ed25519 key, for `v1a` signatures, and here is its public half. */
  public_key?: string;
}

/** Where a merchant's webhooks go. The row without a merchant is WEBHOOK_URL: every merchant's built-in endpoint. */
@Entity('webhook_endpoints')
@Check('webhook_endpoints_state_check', `state IN ('enabled','disabled')`)
@Index('webhook_endpoints_merchant_idx', ['merchantId', 'id'])
export class WebhookEndpoint {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_endpoints_pkey' })
  id: string;

  @ForeignKey(() => Merchant, { name: 'webhook_endpoints_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id', nullable: true })
  merchantId: string | null;

  @Column('text')
  url: string;

  /** Event types, with `*` as a wildcard: `payment.*`. */
  @Column('text', { name: 'event_types', array: true })
  eventTypes: string[];

  @Column('text', { nullable: true })
  description: string | null;

  @Column('jsonb', { nullable: true })
  metadata: Record<string, unknown> | null;

  @Column('jsonb', { default: () => `'[]'` })
  secrets: SealedSecret[];

  @Column('varchar', { length: 10, default: 'enabled' })
  state: EndpointState;

  /** Why it is disabled. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt: Date | null;

  /** Since when every attempt has failed; null after a success. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  /** Deliveries per second; null: no limit. */
  @Column('integer', { name: 'rate_limit', nullable: true })
  rateLimit: number | null;

  /** When the rate limit lets the next delivery go that has no slot yet. Kept here, because every worker shares it. */
  @Column('timestamptz', { name: 'next_slot_at', nullable: true })
  nextSlotAt: Date | null;

  /** A deleted endpoint stays for its delivery log, without its secrets. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
