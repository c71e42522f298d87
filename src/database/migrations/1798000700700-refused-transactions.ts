import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How often and since when nodes refuse a transaction, so that a restart does not begin to count again. */
export class RefusedTransactions1798000700700 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE outgoing_transactions
        ADD refused_times bigint NOT NULL DEFAULT 0, ADD refused_since timestamptz`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE outgoing_transactions DROP COLUMN refused_times, DROP COLUMN refused_since',
    );
  }
}
