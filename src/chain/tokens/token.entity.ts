import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../../database/column-types.js';
import { type TokenAddress, type ChainId } from '../../ids/ids.js';

/** An allow-listed ERC-20 token. `id` is UUIDv5 of `chain_id:address`, so it is the same in every installation. */
@Entity('tokens')
@Index('tokens_chain_address_key', ['chainId', 'address'], { unique: true })
export class Token {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tokens_pkey' })
  id: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** Lower-case hex with 0x. */
  @Column('varchar', { length: 42 })
  address: TokenAddress;

  @Column('varchar', { length: 32 })
  symbol: string;

  @Column('smallint')
  decimals: number;

  /** Off: no new payment may name it. Payments that already do are still watched. */
  @Column('boolean', { default: true })
  enabled: boolean;

  /** Blocks from here on were read for it though they had been scanned before; null: none were. */
  @Column({ ...integerColumn, name: 'read_from', nullable: true })
  readFrom: number | null;
}
