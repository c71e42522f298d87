import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Limits that all API processes share. Not logged: what is lost in a crash is who has asked how often. */
export class RequestBudgets1796000420000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE UNLOGGED TABLE request_budgets (
         key_id uuid CONSTRAINT request_budgets_pkey PRIMARY KEY, tokens double precision NOT NULL,
         granted integer NOT NULL, refilled_at timestamptz NOT NULL)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE request_budgets');
  }
}
