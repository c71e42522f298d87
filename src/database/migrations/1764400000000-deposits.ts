import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Deposits1764400000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE merchants
        ADD COLUMN underpayment_tolerance_bps smallint NOT NULL DEFAULT 0,
        ADD CONSTRAINT merchants_tolerance_check CHECK (underpayment_tolerance_bps BETWEEN 0 AND 1000)`);
    await queryRunner.query(`
      ALTER TABLE payments
        ADD COLUMN underpayment_tolerance_bps smallint NOT NULL DEFAULT 0,
        ADD CONSTRAINT payments_tolerance_check CHECK (underpayment_tolerance_bps BETWEEN 0 AND 1000)`);
    await queryRunner.query(`
      ALTER TABLE transfers
        ADD COLUMN merchant_id uuid,
        ADD COLUMN resolution varchar(10),
        ADD COLUMN resolved_at timestamptz,
        ADD COLUMN announced varchar(10),
        ADD CONSTRAINT transfers_resolution_check CHECK (resolution IN ('accepted','ignored')),
        ADD CONSTRAINT transfers_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)`);
    await queryRunner.query(`
      UPDATE transfers SET merchant_id = payments.merchant_id FROM payments WHERE payments.id = transfers.payment_id`);
    await queryRunner.query('ALTER TABLE transfers ALTER COLUMN merchant_id SET NOT NULL');
    await queryRunner.query('CREATE INDEX transfers_merchant_idx ON transfers (merchant_id, id)');
    await queryRunner.query(`
      CREATE INDEX transfers_unassigned_idx ON transfers (merchant_id, id)
      WHERE state = 'included' AND uncounted_reason IS NOT NULL AND resolution IS NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transfers_unassigned_idx');
    await queryRunner.query('DROP INDEX transfers_merchant_idx');
    await queryRunner.query(`
      ALTER TABLE transfers
        DROP COLUMN merchant_id, DROP COLUMN resolution, DROP COLUMN resolved_at, DROP COLUMN announced`);
    await queryRunner.query('ALTER TABLE payments DROP COLUMN underpayment_tolerance_bps');
    await queryRunner.query('ALTER TABLE merchants DROP COLUMN underpayment_tolerance_bps');
  }
}
