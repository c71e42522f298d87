import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';

/** What pay pages show of a merchant, as it was redrawn. */
@Entity('merchant_logos')
export class MerchantLogo {
  @ForeignKey(() => Merchant, { name: 'merchant_logos_merchant_fkey' })
  @PrimaryColumn('uuid', { name: 'merchant_id', primaryKeyConstraintName: 'merchant_logos_pkey' })
  merchantId: string;

  /** Of its bytes, in hex: its name in URLs. Merchants may have the same. */
  @Index('merchant_logos_sha256_idx')
  @Column('varchar', { length: 64 })
  sha256: string;

  @Column('bytea')
  png: Buffer;
}
