import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What receipts are signed with. */
export class ReceiptKeys1797000210000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE receipt_keys (
        id varchar(43) NOT NULL,
        public_key varchar(43) NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT receipt_keys_pkey PRIMARY KEY (id)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE receipt_keys');
  }
}
