import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Endpoints by API, deliveries in order and by rate, and attempts that tell where the time went. */
export class WebhookEndpoints1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE webhook_endpoints
        ADD COLUMN disabled_at timestamptz,
        ADD COLUMN deleted_at timestamptz,
        ADD COLUMN next_slot_at timestamptz`);
    await queryRunner.query(`
      ALTER TABLE webhook_deliveries
        ADD COLUMN merchant_id uuid,
        ADD COLUMN payment_id uuid,
        ADD COLUMN event_type varchar(64),
        ADD COLUMN position bigint,
        ADD COLUMN attempts_before integer NOT NULL DEFAULT 0,
        ADD COLUMN has_slot boolean NOT NULL DEFAULT false`);
    await queryRunner.query(`
      UPDATE webhook_deliveries d
      SET merchant_id = e.merchant_id, payment_id = e.payment_id, event_type = e.type, position = e.position
      FROM events e WHERE e.id = d.event_id`);
    await queryRunner.query(`
      ALTER TABLE webhook_deliveries
        ALTER COLUMN merchant_id SET NOT NULL,
        ALTER COLUMN event_type SET NOT NULL,
        ALTER COLUMN position SET NOT NULL`);
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_merchant_idx ON webhook_deliveries (merchant_id, id)`,
    );
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_merchant_state_idx ON webhook_deliveries (merchant_id, state, id)`,
    );
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (endpoint_id, payment_id, position) WHERE state = 'pending'`,
    );
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_held_idx ON webhook_deliveries (endpoint_id) WHERE state = 'pending' AND next_attempt_at IS NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_dead_idx ON webhook_deliveries (event_type) WHERE state = 'dead'`,
    );
    await queryRunner.query(`
      ALTER TABLE webhook_attempts
        ADD COLUMN address text,
        ADD COLUMN dns_ms integer,
        ADD COLUMN connect_ms integer,
        ADD COLUMN first_byte_ms integer`);
    await queryRunner.query(`CREATE INDEX webhook_attempts_started_idx ON webhook_attempts (started_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX webhook_attempts_started_idx');
    await queryRunner.query(`
      ALTER TABLE webhook_attempts
        DROP COLUMN address, DROP COLUMN dns_ms, DROP COLUMN connect_ms, DROP COLUMN first_byte_ms`);
    for (const index of ['dead', 'held', 'order', 'merchant_state', 'merchant']) {
      await queryRunner.query(`DROP INDEX webhook_deliveries_${index}_idx`);
    }
    await queryRunner.query(`
      ALTER TABLE webhook_deliveries
        DROP COLUMN merchant_id, DROP COLUMN payment_id, DROP COLUMN event_type, DROP COLUMN position,
        DROP COLUMN attempts_before, DROP COLUMN has_slot`);
    await queryRunner.query(`
      ALTER TABLE webhook_endpoints
        DROP COLUMN disabled_at, DROP COLUMN deleted_at, DROP COLUMN next_slot_at`);
  }
}
