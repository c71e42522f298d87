import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Confirmed payments that no sweep has settled yet: few at any time, whatever their history. */
export class SweptBeforeConfirmed1765200100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX payments_unsettled_idx ON payments (chain_id, id) WHERE status = 'confirmed' AND sweep IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payments_unsettled_idx');
  }
}
