import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../../database/column-types.js';
import { type ChainId } from '../../ids/ids.js';

/** The recent window of scanned blocks, in which the common ancestor is found after a reorg. */
@Entity('chain_blocks')
export class ChainBlock {
  @PrimaryColumn({ ...integerColumn, name: 'chain_id', primaryKeyConstraintName: 'chain_blocks_pkey' })
  chainId: ChainId;

  @PrimaryColumn({ ...integerColumn, name: 'block_number', primaryKeyConstraintName: 'chain_blocks_pkey' })
  blockNumber: number;

  @Column('varchar', { name: 'block_hash', length: 66 })
  blockHash: string;

  @Column('timestamptz', { name: 'block_time' })
  blockTime: Date;
}
