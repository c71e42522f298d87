import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What was final and lost its block is opened again. */
export class DeepReorgs1764731000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE chain_cursors ADD COLUMN reorged_to bigint');
    await queryRunner.query('ALTER TABLE outgoing_transactions ADD COLUMN reopened_at timestamptz');
    await queryRunner.query(`
      CREATE INDEX outgoing_transactions_final_idx ON outgoing_transactions (chain_id, block_number)
      WHERE finished_at IS NOT NULL`);
    await queryRunner.query('ALTER TABLE sweeps ADD COLUMN reopened_at timestamptz');
    await this.indexOpen(queryRunner, 'AND reopened_at IS NULL');
    await queryRunner.query('ALTER TABLE refunds ADD COLUMN announced varchar(10)');
    await queryRunner.query('UPDATE refunds SET announced = state');
  }

  /** One sweep of an asset at most is open at an address. */
  private async indexOpen(queryRunner: QueryRunner, but: string): Promise<void> {
    const open = `state IN ('waiting','planned','funding','sent') ${but}`;
    await queryRunner.query('DROP INDEX sweeps_open_native_key');
    await queryRunner.query('DROP INDEX sweeps_open_token_key');
    await queryRunner.query(`
      CREATE UNIQUE INDEX sweeps_open_native_key ON sweeps (chain_id, from_address)
      WHERE token_address IS NULL AND ${open}`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX sweeps_open_token_key ON sweeps (chain_id, from_address, token_address)
      WHERE token_address IS NOT NULL AND ${open}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE refunds DROP COLUMN announced');
    await this.indexOpen(queryRunner, '');
    await queryRunner.query('ALTER TABLE sweeps DROP COLUMN reopened_at');
    await queryRunner.query('DROP INDEX outgoing_transactions_final_idx');
    await queryRunner.query('ALTER TABLE outgoing_transactions DROP COLUMN reopened_at');
    await queryRunner.query('ALTER TABLE chain_cursors DROP COLUMN reorged_to');
  }
}
