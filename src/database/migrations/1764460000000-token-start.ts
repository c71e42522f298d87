import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class TokenStart1764460000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE tokens ADD COLUMN read_from bigint');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE tokens DROP COLUMN read_from');
  }
}
