import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { type StoredAsset } from './accepted-assets.js';
import { type StoredLogo } from './branding.js';

/** Who takes payments. Everything a key can reach belongs to one merchant. */
@Entity('merchants')
@Check('merchants_tolerance_check', 'underpayment_tolerance_bps BETWEEN 0 AND 1000')
export class Merchant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'merchants_pkey' })
  id: string;

  @Column('varchar', { length: 200 })
  name: string;

  /** How much less than the amount due is taken as enough, in basis points (1/100 %). New payments take it over. */
  @Column('smallint', { name: 'underpayment_tolerance_bps', default: 0 })
  underpaymentToleranceBps: number;

  /** What its priced payments may be paid in; null: everything that is enabled. */
  @Column('jsonb', { name: 'accepted_assets', nullable: true })
  acceptedAssets: StoredAsset[] | null;

  /** Where its shop is: what pay pages lead back to, and who may show them in a frame. */
  @Column('text', { name: 'shop_origins', array: true, default: [] })
  shopOrigins: string[];

  /** Of its pay pages: "#1f5eff". */
  @Column('varchar', { name: 'brand_color', length: 7, nullable: true })
  brandColor: string | null;

  /** Where its customers ask: an e-mail address or an https URL. */
  @Column('varchar', { length: 2048, nullable: true })
  support: string | null;

  @Column('varchar', { name: 'terms_url', length: 2048, nullable: true })
  termsUrl: string | null;

  /** The bytes are in merchant_logos. */
  @Column('jsonb', { nullable: true })
  logo: StoredLogo | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
