import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class InternalTransfers1764600000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE transfers ALTER COLUMN tx_hash DROP NOT NULL, ALTER COLUMN from_address DROP NOT NULL`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX transfers_unexplained_key ON transfers (chain_id, block_hash, to_address)
      WHERE tx_hash IS NULL`);
  }

  /** Refused by Postgres while there are transfers of unknown transactions: money must not be forgotten. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transfers_unexplained_key');
    await queryRunner.query(`
      ALTER TABLE transfers ALTER COLUMN tx_hash SET NOT NULL, ALTER COLUMN from_address SET NOT NULL`);
  }
}
