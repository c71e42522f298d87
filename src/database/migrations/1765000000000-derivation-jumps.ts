import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Derivation indices that were skipped on purpose: after a restore, or where a wallet had been used before. */
export class DerivationJumps1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE derivation_jumps (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        from_index bigint NOT NULL,
        to_index bigint NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT derivation_jumps_ahead CHECK (to_index > from_index)
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE derivation_jumps');
  }
}
