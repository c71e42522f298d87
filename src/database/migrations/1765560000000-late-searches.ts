import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Blocks that were read before internal transfers could be looked for in them: payments in sight do not wait for that. */
export class LateSearches1765560000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE late_searches (
        chain_id bigint NOT NULL,
        block_number bigint NOT NULL,
        block_hash varchar(66) NOT NULL,
        block_time timestamptz NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0,
        reason text NOT NULL,
        is_given_up boolean NOT NULL DEFAULT false,
        CONSTRAINT late_searches_pkey PRIMARY KEY (chain_id, block_number)
      )`);
    await queryRunner.query(
      'CREATE INDEX late_searches_due_idx ON late_searches (chain_id, due_at) WHERE NOT is_given_up',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE late_searches');
  }
}
