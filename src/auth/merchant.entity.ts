import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who takes payments. Everything a key can reach belongs to one merchant. */
@Entity('merchants')
export class Merchant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'merchants_pkey' })
  id: string;

  @Column('varchar', { length: 200 })
  name: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
