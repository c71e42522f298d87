import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Refunds count against what their payment received; they may be of one deposit, cancelled, and listed. */
export class RefundsCount1765300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE refunds ADD COLUMN after_confirmation boolean NOT NULL DEFAULT false',
    );
    // What was asked for after a sale was made leaves the sale as it is.
    await queryRunner.query(`
      UPDATE refunds SET after_confirmation = true FROM payments
      WHERE payments.id = refunds.payment_id AND payments.confirmed_at <= refunds.created_at`);
    await queryRunner.query(`
      ALTER TABLE refunds ADD COLUMN deposit_id uuid CONSTRAINT refunds_deposit_fkey REFERENCES transfers(id)`);
    await queryRunner.query(
      'CREATE INDEX refunds_deposit_idx ON refunds (deposit_id) WHERE deposit_id IS NOT NULL',
    );
    await queryRunner.query('CREATE INDEX refunds_merchant_idx ON refunds (merchant_id, id)');
    await queryRunner.query('ALTER TABLE refunds ADD COLUMN forced boolean NOT NULL DEFAULT false');
    await queryRunner.query('ALTER TABLE refunds DROP CONSTRAINT refunds_state_check');
    await queryRunner.query(`
      ALTER TABLE refunds ADD CONSTRAINT refunds_state_check
      CHECK (state IN ('created','sent','confirmed','failed','cancelled'))`);
    await queryRunner.query('DROP INDEX refunds_gas_idx');
    await queryRunner.query(`
      CREATE INDEX refunds_gas_idx ON refunds (chain_id, id)
      WHERE gas_settled = false AND state IN ('confirmed','failed','cancelled')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE refunds SET state = 'failed', announced = 'failed', failure = 'it was cancelled'
      WHERE state = 'cancelled'`);
    await queryRunner.query('ALTER TABLE refunds DROP CONSTRAINT refunds_state_check');
    await queryRunner.query(`
      ALTER TABLE refunds ADD CONSTRAINT refunds_state_check
      CHECK (state IN ('created','sent','confirmed','failed'))`);
    await queryRunner.query('DROP INDEX refunds_gas_idx');
    await queryRunner.query(`
      CREATE INDEX refunds_gas_idx ON refunds (chain_id, id)
      WHERE gas_settled = false AND state IN ('confirmed','failed')`);
    await queryRunner.query('ALTER TABLE refunds DROP COLUMN forced');
    await queryRunner.query('DROP INDEX refunds_merchant_idx');
    await queryRunner.query('DROP INDEX refunds_deposit_idx');
    await queryRunner.query('ALTER TABLE refunds DROP COLUMN deposit_id');
    await queryRunner.query('ALTER TABLE refunds DROP COLUMN after_confirmation');
  }
}
