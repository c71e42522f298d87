import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Only the search for internal transfers is ever given up, and only once everything else of the block is recorded. Of
 * rows that are there already it is not known whether it is: their blocks are read once more, which records nothing twice.
 */
export class PlainBeforeInternal1798000500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE late_searches ADD failed_searches integer');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE late_searches DROP failed_searches');
  }
}
