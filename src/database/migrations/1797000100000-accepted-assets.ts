import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What a merchant's priced payments may be paid in; null, as for every merchant there is: all that is enabled. */
export class AcceptedAssets1797000100000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE merchants ADD COLUMN accepted_assets jsonb');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE merchants DROP COLUMN accepted_assets');
  }
}
