import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** One known text under each key that has sealed something here, by which a wrong ENCRYPTION_KEY shows at the start. */
export class EncryptionCanary1765010000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE encryption_canaries (
        key_id text NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT encryption_canaries_key PRIMARY KEY (key_id)
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE encryption_canaries');
  }
}
