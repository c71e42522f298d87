import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Whether others of its plan pay for a sweep is known when it is planned, and not by what its token is worth later. Of rows
 * that are there already nobody knows: they pay for themselves, or are planned again.
 */
export class CarriedSweeps1798000600030 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE sweeps ADD is_carried boolean NOT NULL DEFAULT false');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE sweeps DROP is_carried');
  }
}
