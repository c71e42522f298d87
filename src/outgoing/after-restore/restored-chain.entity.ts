import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../../database/column-types.js';
import { type ChainId } from '../../ids/ids.js';

/** A chain of a restored backup whose blocks since then have not all been read for what addresses of ours sent. */
@Entity('restored_chains')
export class RestoredChain {
  @PrimaryColumn({ ...integerColumn, name: 'chain_id', primaryKeyConstraintName: 'restored_chains_pkey' })
  chainId: ChainId;

  /** Up to which the chain was scanned in the backup. */
  @Column({ ...integerColumn, name: 'from_block' })
  fromBlock: number;

  /** The chain's head when the scan went on after the restore; null: it has not yet. */
  @Column({ ...integerColumn, name: 'until_block', nullable: true })
  untilBlock: number | null;

  /** By the database's clock. */
  @Column('timestamptz', { name: 'restored_at' })
  restoredAt: Date;
}
