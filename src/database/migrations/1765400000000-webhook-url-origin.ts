import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** WEBHOOK_URL may hold a password or a token, and stays in the settings: of its row, the origin is enough. */
export class WebhookUrlOrigin1765400000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      String.raw`UPDATE webhook_endpoints SET url = regexp_replace(url, '^(https?://)([^/?#]*@)?([^/?#]*).*$', '\1\3')
       WHERE merchant_id IS NULL`,
    );
  }

  /** A start writes the row anew from the settings, in any version. */
  async down(): Promise<void> {}
}
