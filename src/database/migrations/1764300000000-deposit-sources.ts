import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class DepositSources1764300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE deposit_sources (
        scheme varchar(16) NOT NULL,
        first_address varchar(42) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT deposit_sources_pkey PRIMARY KEY (scheme)
      )`);
    await queryRunner.query(`
      INSERT INTO deposit_sources (scheme, first_address)
      SELECT deposit_scheme, address FROM payments WHERE derivation_index = 0`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE deposit_sources');
  }
}
