import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What payments are listed by, beside what they were: the asset that they show, and their price. */
export class PaymentFilters1797000110000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE INDEX payments_merchant_asset_idx ON payments (merchant_id, chain_id, token_id, id)',
    );
    await queryRunner.query(
      `CREATE INDEX payments_merchant_currency_idx ON payments (merchant_id, price_currency, id)
       WHERE price_currency IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX payments_merchant_price_idx ON payments (merchant_id, price_currency, price_amount, id)
       WHERE price_currency IS NOT NULL`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX payments_merchant_price_idx');
    await queryRunner.query('DROP INDEX payments_merchant_currency_idx');
    await queryRunner.query('DROP INDEX payments_merchant_asset_idx');
  }
}
