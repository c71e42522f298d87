import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Tokens that did not tell what an account held when it was brought into the books have openings of their own. */
export class OpenedLater1796000100000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE ledger_accounts ADD COLUMN opened_later varchar(42)[] NOT NULL DEFAULT '{}'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ledger_accounts DROP COLUMN opened_later');
  }
}
