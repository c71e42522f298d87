import { type MigrationInterface, type QueryRunner } from 'typeorm';

const STATUSES = `'pending','partially_paid','detected','confirmed','settled','expired','failed'`;

/** Payments that their merchant ends. */
export class CancelledPayments1796000430000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE payments ADD cancelled_at timestamptz');
    await queryRunner.query('ALTER TABLE payments DROP CONSTRAINT payments_status_check');
    await queryRunner.query(
      `ALTER TABLE payments ADD CONSTRAINT payments_status_check CHECK (status IN (${STATUSES},'cancelled'))`,
    );
  }

  /** What was cancelled is expired to the version before. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`UPDATE payments SET status = 'expired' WHERE status = 'cancelled'`);
    await queryRunner.query('ALTER TABLE payments DROP CONSTRAINT payments_status_check');
    await queryRunner.query(
      `ALTER TABLE payments ADD CONSTRAINT payments_status_check CHECK (status IN (${STATUSES}))`,
    );
    await queryRunner.query('ALTER TABLE payments DROP cancelled_at');
  }
}
