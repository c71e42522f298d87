import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** A payment has a handful of deliveries, an endpoint any number: the order is looked up by payment. */
export class WebhookOrder1764200000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX webhook_deliveries_order_idx');
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (payment_id, position) WHERE state = 'pending'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX webhook_deliveries_order_idx');
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (endpoint_id, payment_id, position) WHERE state = 'pending'`,
    );
  }
}
