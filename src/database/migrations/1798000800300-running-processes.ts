import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who runs on this database, with which settings. Not logged: after a crash those that run write themselves down again. */
export class RunningProcesses1798000800300 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE UNLOGGED TABLE running_processes (
         id uuid CONSTRAINT running_processes_pkey PRIMARY KEY, name text NOT NULL, roles text[] NOT NULL,
         settings jsonb NOT NULL, started_at timestamptz NOT NULL DEFAULT now(),
         seen_at timestamptz NOT NULL DEFAULT now())`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE running_processes');
  }
}
