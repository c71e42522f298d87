import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type SealedText } from './sealing.js';

/** One known text under each key that has sealed something here. */
@Entity('encryption_canaries')
export class EncryptionCanary {
  @PrimaryColumn('text', { name: 'key_id', primaryKeyConstraintName: 'encryption_canaries_key' })
  keyId: string;

  @Column('jsonb')
  sealed: SealedText;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
