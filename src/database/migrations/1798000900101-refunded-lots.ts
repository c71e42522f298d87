import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * A refund names the money that it takes when it is asked for. Until now it was valued at the average of all that came,
 * what came after it included. Refunds from before name none and take what came first: what had come when they were asked
 * for. A sale that was made by the average stays made: what went back before it no longer counts. No version that was
 * released valued money by another rate than the promised one, so that in its databases nothing changes.
 */
export class RefundedLots1798000900101 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE refunds ADD lots jsonb');
    await queryRunner.query(`
      UPDATE refunds SET after_confirmation = true FROM payments
      WHERE payments.id = refunds.payment_id AND payments.status IN ('confirmed', 'settled')
        AND NOT refunds.after_confirmation
        AND EXISTS (SELECT FROM transfers WHERE transfers.payment_id = payments.id AND value_factor IS NOT NULL)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE refunds DROP COLUMN lots');
  }
}
