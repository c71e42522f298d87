import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type SealedText } from '../http/sealing.js';

/** What receipts are signed with. One that was replaced stays, so that what it signed can still be verified. */
@Entity('receipt_keys')
export class ReceiptKey {
  /** RFC 7638, the thumbprint of the public key. */
  @PrimaryColumn('varchar', { length: 43, primaryKeyConstraintName: 'receipt_keys_pkey' })
  id: string;

  /** Of ed25519: 32 bytes in base64url, `x` of its JWK. */
  @Column('varchar', { name: 'public_key', length: 43 })
  publicKey: string;

  /** PKCS #8 in base64, encrypted under ENCRYPTION_KEY. */
  @Column('jsonb')
  sealed: SealedText;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
