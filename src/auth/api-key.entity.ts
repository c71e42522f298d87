import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from './merchant.entity.js';

/** An API key as we keep it: never the key itself, only its SHA-256 and a prefix to recognise it by. */
@Entity('api_keys')
@Check(
  'api_keys_operator_check',
  `is_operator = ('admin' = ANY (scopes)) AND (is_operator OR merchant_id IS NOT NULL)`,
)
@Index('api_keys_merchant_idx', ['merchantId', 'id'])
export class ApiKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' })
  id: string;

  /** Null: an operator's, which acts for the merchant that a request names. */
  @ForeignKey(() => Merchant, { name: 'api_keys_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id', nullable: true })
  merchantId: string | null;

  /** It manages the installation. No merchant's key does: Postgres refuses one with the scope `admin`. */
  @Column('boolean', { name: 'is_operator', default: false })
  isOperator: boolean;

  @Column('varchar', { length: 200 })
  name: string;

  /** The key's first characters, enough to tell keys apart in a list. */
  @Column('varchar', { length: 16 })
  prefix: string;

  /** SHA-256 of the whole key, 32 bytes. A 256-bit random key needs no slow hash. */
  @Index('api_keys_hash_key', { unique: true })
  @Column('bytea', { name: 'key_hash' })
  keyHash: Buffer;

  @Column('text', { array: true })
  scopes: string[];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;
}
