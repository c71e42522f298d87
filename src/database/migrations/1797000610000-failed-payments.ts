import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** When a payment failed, so that money on another of its chains that was there before is told from what came after. */
export class FailedPayments1797000610000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE payments ADD failed_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE payments DROP failed_at');
  }
}
