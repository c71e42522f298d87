import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Keys that manage the installation, apart from merchants' keys. A key that had the scope `admin` is an operator's from
 * now on; it still acts for the merchant it was made for where a request names none. Answers given to an operator's
 * Idempotency-Key belong to the key, which is no merchant.
 */
export class OperatorKeys1796000410000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE api_keys ADD is_operator boolean NOT NULL DEFAULT false, ALTER merchant_id DROP NOT NULL',
    );
    await queryRunner.query(`UPDATE api_keys SET is_operator = true WHERE 'admin' = ANY (scopes)`);
    await queryRunner.query(
      `ALTER TABLE api_keys ADD CONSTRAINT api_keys_operator_check
       CHECK (is_operator = ('admin' = ANY (scopes)) AND (is_operator OR merchant_id IS NOT NULL))`,
    );
    await queryRunner.query(
      'ALTER TABLE idempotency_records DROP CONSTRAINT idempotency_records_merchant_fkey',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'DELETE FROM idempotency_records WHERE NOT EXISTS (SELECT FROM merchants WHERE merchants.id = merchant_id)',
    );
    await queryRunner.query(
      `ALTER TABLE idempotency_records ADD CONSTRAINT idempotency_records_merchant_fkey
       FOREIGN KEY (merchant_id) REFERENCES merchants (id)`,
    );
    await queryRunner.query('ALTER TABLE api_keys DROP CONSTRAINT api_keys_operator_check');
    await queryRunner.query('DELETE FROM api_keys WHERE merchant_id IS NULL');
    await queryRunner.query('ALTER TABLE api_keys DROP is_operator, ALTER merchant_id SET NOT NULL');
  }
}
