import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which job made an attempt, so that a replay does not send beside one that is under way. */
export class AttemptJobs1797000640000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook_attempts ADD job_id uuid');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook_attempts DROP job_id');
  }
}
