import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../../database/column-types.js';
import { type ChainId } from '../../ids/ids.js';

/** How far a chain has been scanned: the last block whose facts are committed. */
@Entity('chain_cursors')
export class ChainCursor {
  @PrimaryColumn({ ...integerColumn, name: 'chain_id', primaryKeyConstraintName: 'chain_cursors_pkey' })
  chainId: ChainId;

  @Column({ ...integerColumn, name: 'block_number' })
  blockNumber: number;

  @Column('varchar', { name: 'block_hash', length: 66 })
  blockHash: string;

  @Column('timestamptz', { name: 'block_time' })
  blockTime: Date;

  /** The lowest block that reorgs left standing since the sweeper last looked; null: there was none. */
  @Column({ ...integerColumn, name: 'reorged_to', nullable: true })
  reorgedTo: number | null;

  /** The last block that the endpoints, when they were compared, did not disagree on: what others decide by. */
  @Column({ ...integerColumn, name: 'agreed_number', nullable: true })
  agreedNumber: number | null;

  /** Up to when everything has been looked for by then. */
  @Column('timestamptz', { name: 'agreed_time', nullable: true })
  agreedTime: Date | null;

  /** The highest block up to `agreedNumber` that the chain calls final; null where that is not asked. */
  @Column({ ...integerColumn, name: 'final_number', nullable: true })
  finalNumber: number | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
