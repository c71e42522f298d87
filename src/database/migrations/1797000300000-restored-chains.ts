import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** After a restore, what was sent after the backup is read from the chain before anything is signed there. */
export class RestoredChains1797000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE restored_chains (
        chain_id bigint NOT NULL CONSTRAINT restored_chains_pkey PRIMARY KEY,
        from_block bigint NOT NULL,
        until_block bigint,
        restored_at timestamptz NOT NULL
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE restored_chains');
  }
}
