import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the lists of the API are narrowed by. */
export class ListFilters1796000400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE INDEX transfers_merchant_tx_idx ON transfers (merchant_id, tx_hash) WHERE tx_hash IS NOT NULL',
    );
    await queryRunner.query('CREATE INDEX outgoing_attempts_hash_idx ON outgoing_attempts (tx_hash)');
    await queryRunner.query('CREATE INDEX refunds_merchant_state_idx ON refunds (merchant_id, state, id)');
    await queryRunner.query('CREATE INDEX refunds_merchant_to_idx ON refunds (merchant_id, to_address, id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX refunds_merchant_to_idx');
    await queryRunner.query('DROP INDEX refunds_merchant_state_idx');
    await queryRunner.query('DROP INDEX outgoing_attempts_hash_idx');
    await queryRunner.query('DROP INDEX transfers_merchant_tx_idx');
  }
}
