import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Every attempt is written twice: with room on its page the second time touches no index. */
export class WebhookAttemptPages1764720000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook_attempts SET (fillfactor = 60)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook_attempts RESET (fillfactor)');
  }
}
