import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type ComparedSettings } from './compared-settings.js';

/**
 * A process that runs on this database, or ran until a moment ago: see `Replicas`. Not logged, and in no backup. It is read
 * and written by statements of ours alone.
 */
@Entity('running_processes')
export class RunningProcess {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'running_processes_pkey' })
  id: string;

  /** Of the machine or container, with the process id there. */
  @Column('text')
  name: string;

  @Column('text', { array: true })
  roles: string[];

  @Column('jsonb')
  settings: ComparedSettings;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt: Date;

  @Column('timestamptz', { name: 'seen_at', default: () => 'now()' })
  seenAt: Date;
}
