import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Each filter of the list of payments finds its rows in the order of the list. `token_id IS NULL` leaves the order of an index
 * with `token_id` in it unused, so that native assets have an index of their own.
 */
export class PaymentListIndexes1797000450000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX payments_merchant_chain_idx ON payments (merchant_id, chain, id)');
    await queryRunner.query(
      `CREATE INDEX payments_merchant_native_idx ON payments (merchant_id, chain_id, id) WHERE token_id IS NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX payments_merchant_token_idx ON payments (merchant_id, token_id, id) WHERE token_id IS NOT NULL`,
    );
    await queryRunner.query('DROP INDEX payments_merchant_asset_idx');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE INDEX payments_merchant_asset_idx ON payments (merchant_id, chain_id, token_id, id)',
    );
    await queryRunner.query('DROP INDEX payments_merchant_token_idx');
    await queryRunner.query('DROP INDEX payments_merchant_native_idx');
    await queryRunner.query('DROP INDEX payments_merchant_chain_idx');
  }
}
