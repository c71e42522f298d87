import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class NativeWatch1764450000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE INDEX payments_native_watch_idx ON payments (chain_id, expires_at) WHERE token_id IS NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX payments_native_watch_idx');
  }
}
