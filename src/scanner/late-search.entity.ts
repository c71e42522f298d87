import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { integerColumn } from '../database/column-types.js';
import { type ChainId } from '../ids/ids.js';

/**
 * A block to be looked at again: internal transfers have yet to be looked for in it, or could not be; or endpoints do not
 * agree about what it brings us.
 */
@Entity('late_searches')
@Index('late_searches_due_idx', ['chainId', 'dueAt'], { where: 'NOT is_given_up' })
export class LateSearch {
  @PrimaryColumn({ ...integerColumn, name: 'chain_id', primaryKeyConstraintName: 'late_searches_pkey' })
  chainId: ChainId;

  @PrimaryColumn({ ...integerColumn, name: 'block_number', primaryKeyConstraintName: 'late_searches_pkey' })
  blockNumber: number;

  @Column('varchar', { name: 'block_hash', length: 66 })
  blockHash: string;

  @Column('timestamptz', { name: 'block_time' })
  blockTime: Date;

  /** When only internal transfers were left to be found, less the time in which the block could not be read. */
  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt: Date;

  /** How often it was put off, for whatever reason. */
  @Column('integer', { default: 0 })
  tries: number;

  /**
   * How often internal transfers were looked for in vain since everything else of the block is recorded. Null: that has
   * yet to be, so the block is not given up, whatever happens.
   */
  @Column('integer', { name: 'failed_searches', nullable: true })
  failedSearches: number | null;

  /** In the node's words, why it failed last. */
  @Column('text')
  reason: string;

  /** No endpoint can tell what contracts sent in it: only a rescan looks into it again. */
  @Column('boolean', { name: 'is_given_up', default: false })
  isGivenUp: boolean;
}
