import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type StoredAsset } from '../auth/accepted-assets.js';
import { Merchant } from '../auth/merchant.entity.js';
import { type LinkField } from './answers.js';
import { type StoredLinkPrice } from './link-price.js';

/** A page of a merchant's that makes a payment for each of its visitors. */
@Entity('payment_links')
@Check('payment_links_stock_check', 'stock >= 0')
@Index('payment_links_merchant_idx', ['merchantId', 'id'])
export class PaymentLink {
  /** UUIDv7: sorts by creation. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'payment_links_pkey' })
  id: string;

  @ForeignKey(() => Merchant, { name: 'payment_links_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  /** What its page is found by: 128 random bits. */
  @Index('payment_links_token_key', { unique: true })
  @Column('varchar', { length: 32 })
  token: string;

  @Column('boolean', { name: 'is_active', default: true })
  isActive: boolean;

  @Column('varchar', { length: 200 })
  title: string;

  @Column('varchar', { length: 2000, nullable: true })
  description: string | null;

  @Column('jsonb')
  price: StoredLinkPrice;

  /** What its payments may be paid in; null: all that the merchant accepts. */
  @Column('jsonb', { nullable: true })
  accept: StoredAsset[] | null;

  /** One payment, which every visitor is led to. */
  @Column('boolean', { default: false })
  once: boolean;

  /** How many payments may have a piece of it at a time; null: any number. */
  @Column('integer', { nullable: true })
  stock: number | null;

  @Column('jsonb', { default: [] })
  fields: LinkField[];

  @Column('varchar', { name: 'success_url', length: 2048, nullable: true })
  successUrl: string | null;

  @Column('varchar', { name: 'cancel_url', length: 2048, nullable: true })
  cancelUrl: string | null;

  /** Of each of its payments, as `metadata`. */
  @Column('varchar', { length: 255, nullable: true })
  reference: string | null;

  @Column('jsonb', { nullable: true })
  metadata: Record<string, unknown> | null;

  /** How long each payment has; null: as the installation says. */
  @Column('integer', { name: 'payment_minutes', nullable: true })
  paymentMinutes: number | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  /** Grows with every change: a form that a visitor opened before is shown again. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
