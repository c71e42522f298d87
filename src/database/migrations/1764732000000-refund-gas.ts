import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What gas a token's refund leaves over is looked at once. */
export class RefundGas1764732000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE refunds ADD COLUMN gas_settled boolean NOT NULL DEFAULT true');
    await queryRunner.query(`
      CREATE INDEX refunds_gas_idx ON refunds (chain_id, id)
      WHERE gas_settled = false AND state IN ('confirmed','failed')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX refunds_gas_idx');
    await queryRunner.query('ALTER TABLE refunds DROP COLUMN gas_settled');
  }
}
