import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What metrics ask for at each scrape, by indexes of its own; and what the last check of the books came to. */
export class OperatorsView1796000500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE INDEX payments_open_idx ON payments (chain_id, status, created_at)
       WHERE status IN ('pending','partially_paid','detected')`,
    );
    await queryRunner.query(
      `CREATE INDEX sweeps_backlog_idx ON sweeps (chain_id, state, reason_code, created_at)
       WHERE state IN ('waiting','planned','funding','sent')`,
    );
    await queryRunner.query(`
      CREATE TABLE ledger_checks (
        chain_id bigint NOT NULL,
        checked_at timestamptz NOT NULL DEFAULT now(),
        block_number bigint NOT NULL,
        differences integer NOT NULL,
        CONSTRAINT ledger_checks_pkey PRIMARY KEY (chain_id)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ledger_checks');
    await queryRunner.query('DROP INDEX sweeps_backlog_idx');
    await queryRunner.query('DROP INDEX payments_open_idx');
  }
}
