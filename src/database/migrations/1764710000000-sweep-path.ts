import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The path `batch` was never taken. */
export class SweepPath1764710000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE sweeps DROP CONSTRAINT sweeps_path_check,
        ADD CONSTRAINT sweeps_path_check CHECK (path IN ('transfer'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE sweeps DROP CONSTRAINT sweeps_path_check,
        ADD CONSTRAINT sweeps_path_check CHECK (path IN ('transfer','batch'))`);
  }
}
