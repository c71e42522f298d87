import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The block up to which the chain was scanned when something was signed: where a search for it begins. */
export class OutgoingSignedAfter1765200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outgoing_transactions ADD COLUMN signed_after_block bigint');
    await runner.query(
      `CREATE INDEX outgoing_transactions_gas_idx ON outgoing_transactions (chain_id, recipient) WHERE purpose = 'gas'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX outgoing_transactions_gas_idx');
    await runner.query('ALTER TABLE outgoing_transactions DROP COLUMN signed_after_block');
  }
}
