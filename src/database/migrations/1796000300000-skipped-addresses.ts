import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Addresses that were passed over after a restore are watched, for the payments that the backup did not have. */
export class SkippedAddresses1796000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE derivation_jumps ADD merchant_id uuid
        CONSTRAINT derivation_jumps_merchant_fkey REFERENCES merchants (id)
    `);
    await runner.query(`
      CREATE TABLE skipped_addresses (
        address varchar(42) NOT NULL CONSTRAINT skipped_addresses_pkey PRIMARY KEY,
        derivation_index bigint NOT NULL,
        deposit_scheme varchar(16) NOT NULL,
        jump_id bigint NOT NULL CONSTRAINT skipped_addresses_jump_fkey REFERENCES derivation_jumps (id)
      )
    `);
    await runner.query(
      'CREATE UNIQUE INDEX skipped_addresses_derivation_index_key ON skipped_addresses (derivation_index)',
    );
    await runner.query('CREATE INDEX skipped_addresses_jump_idx ON skipped_addresses (jump_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE skipped_addresses');
    await runner.query('ALTER TABLE derivation_jumps DROP merchant_id');
  }
}
