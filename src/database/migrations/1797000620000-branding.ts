import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What a merchant's pay pages look like, and where they lead for questions. */
export class Branding1797000620000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE merchants ADD brand_color varchar(7), ADD support varchar(2048), ADD terms_url varchar(2048), ADD logo jsonb',
    );
    await queryRunner.query(`
      CREATE TABLE merchant_logos (
        merchant_id uuid NOT NULL,
        sha256 varchar(64) NOT NULL,
        png bytea NOT NULL,
        CONSTRAINT merchant_logos_pkey PRIMARY KEY (merchant_id),
        CONSTRAINT merchant_logos_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)
      )`);
    await queryRunner.query('CREATE INDEX merchant_logos_sha256_idx ON merchant_logos (sha256)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE merchant_logos');
    await queryRunner.query(
      'ALTER TABLE merchants DROP brand_color, DROP support, DROP terms_url, DROP logo',
    );
  }
}
