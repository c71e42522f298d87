import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Pages that make a payment for each visitor, and which of them made a payment. */
export class PaymentLinks1797000500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE payment_links (
        id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        token varchar(32) NOT NULL,
        is_active boolean NOT NULL DEFAULT true,
        title varchar(200) NOT NULL,
        description varchar(2000),
        price jsonb NOT NULL,
        accept jsonb,
        once boolean NOT NULL DEFAULT false,
        stock integer,
        fields jsonb NOT NULL DEFAULT '[]',
        success_url varchar(2048),
        cancel_url varchar(2048),
        reference varchar(255),
        metadata jsonb,
        payment_minutes integer,
        expires_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT payment_links_pkey PRIMARY KEY (id),
        CONSTRAINT payment_links_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id),
        CONSTRAINT payment_links_stock_check CHECK (stock >= 0)
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX payment_links_token_key ON payment_links (token)');
    await queryRunner.query('CREATE INDEX payment_links_merchant_idx ON payment_links (merchant_id, id)');
    await queryRunner.query('ALTER TABLE payments ADD link_id uuid, ADD link_answers jsonb');
    await queryRunner.query(
      'CREATE INDEX payments_link_idx ON payments (link_id, id) WHERE link_id IS NOT NULL',
    );
    await queryRunner.query(
      `CREATE INDEX payments_link_taken_idx ON payments (link_id, status, exception)
       WHERE link_id IS NOT NULL AND status NOT IN ('expired','cancelled')`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE payments DROP link_id, DROP link_answers');
    await queryRunner.query('DROP TABLE payment_links');
  }
}
