import { type MigrationInterface, type QueryRunner } from 'typeorm';

const PRICE_COLUMNS = [
  'price_amount numeric(78,0)',
  'price_currency varchar(32)',
  'price_decimals smallint',
  'price_chain varchar(20)',
  'unavailable jsonb',
  'chosen_option smallint',
];

/** Payments that may be paid in several assets on several chains. Those there are become payments with one option. */
export class PaymentOptions1797000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE payments ${PRICE_COLUMNS.map((column) => `ADD COLUMN ${column}`).join(', ')},
       ADD CONSTRAINT payments_price_check CHECK (
         (price_amount IS NULL) = (price_currency IS NULL) AND (price_amount IS NULL) = (price_decimals IS NULL)
         AND price_amount > 0)`,
    );
    await queryRunner.query('ALTER TABLE transfers ADD COLUMN value_factor jsonb');
    await queryRunner.query(`
      CREATE TABLE payment_options (
        payment_id uuid NOT NULL CONSTRAINT payment_options_payment_fkey REFERENCES payments(id),
        position smallint NOT NULL,
        chain_id bigint NOT NULL,
        chain varchar(20) NOT NULL,
        token_id uuid CONSTRAINT payment_options_token_fkey REFERENCES tokens(id),
        amount numeric(78,0) NOT NULL CONSTRAINT payment_options_amount_check CHECK (amount > 0),
        required_confirmations integer,
        rate jsonb,
        expires_at timestamptz NOT NULL,
        amount_received numeric(78,0) NOT NULL DEFAULT 0,
        amount_confirmed numeric(78,0) NOT NULL DEFAULT 0,
        confirmations integer NOT NULL DEFAULT 0,
        detected_in_block bigint,
        recheck_at_block bigint,
        recheck_at_time timestamptz,
        sweep jsonb,
        CONSTRAINT payment_options_pkey PRIMARY KEY (payment_id, position)
      )`);
    await queryRunner.query(`
      INSERT INTO payment_options (payment_id, position, chain_id, chain, token_id, amount, required_confirmations,
        expires_at, amount_received, amount_confirmed, confirmations, detected_in_block, recheck_at_block,
        recheck_at_time, sweep)
      SELECT id, 0, chain_id, chain, token_id, amount, required_confirmations, expires_at, amount_received,
        amount_confirmed, confirmations, detected_in_block, recheck_at_block, recheck_at_time, sweep FROM payments`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX payment_options_token_key ON payment_options (payment_id, chain_id, token_id)
      WHERE token_id IS NOT NULL`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX payment_options_native_key ON payment_options (payment_id, chain_id) WHERE token_id IS NULL`);
    await queryRunner.query(`
      CREATE INDEX payment_options_recheck_time_idx ON payment_options (chain_id, recheck_at_time)
      WHERE recheck_at_time IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX payment_options_recheck_block_idx ON payment_options (chain_id, recheck_at_block)
      WHERE recheck_at_block IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX payment_options_native_watch_idx ON payment_options (chain_id, expires_at) WHERE token_id IS NULL`);
    await queryRunner.query(`
      CREATE INDEX payment_options_unswept_idx ON payment_options (chain_id, payment_id)
      WHERE amount_received > 0 AND sweep IS NULL`);
    // With their columns go the indexes by which scanners found payments.
    await queryRunner.query('DROP INDEX payments_native_watch_idx');
    await queryRunner.query(
      'ALTER TABLE payments DROP COLUMN recheck_at_block, DROP COLUMN recheck_at_time, DROP COLUMN sweep',
    );
    await queryRunner.query(
      `ALTER TABLE chain_cursors ADD COLUMN agreed_number bigint, ADD COLUMN agreed_time timestamptz,
       ADD COLUMN final_number bigint`,
    );
  }

  /**
   * A payment that ended, and whose money all came in one asset, goes on as a payment in that asset. The version before
   * would add up the base units of several, and would see nothing paid in the others: it refuses where that could happen.
   */
  async down(queryRunner: QueryRunner): Promise<void> {
    const stuck = (await queryRunner.query(`
      SELECT payment.id, payment.status FROM payments payment
      WHERE EXISTS (SELECT FROM payment_options option WHERE option.payment_id = payment.id AND option.position > 0)
        AND (payment.status IN ('pending', 'partially_paid', 'detected') OR EXISTS (
          SELECT FROM payment_options option WHERE option.payment_id = payment.id AND option.amount_received > 0
            AND (option.chain_id <> payment.chain_id OR option.token_id IS DISTINCT FROM payment.token_id)))
      ORDER BY payment.id`)) as { id: string; status: string }[];
    if (stuck.length > 0) {
      const named = stuck.slice(0, 5).map(({ id, status }) => `${id} (${status})`);
      throw new Error(
        `${stuck.length} payments may be paid, or were, in several assets, which the version before cannot hold: ` +
          `${named.join(', ')}${stuck.length > named.length ? ', …' : ''}. Nothing was changed. Cancel those that are open; ` +
          'with those that money came for in several assets there is no way back',
      );
    }
    await queryRunner.query(
      'ALTER TABLE chain_cursors DROP COLUMN agreed_number, DROP COLUMN agreed_time, DROP COLUMN final_number',
    );
    await queryRunner.query(
      'ALTER TABLE payments ADD COLUMN recheck_at_block bigint, ADD COLUMN recheck_at_time timestamptz, ADD COLUMN sweep jsonb',
    );
    await queryRunner.query(`
      UPDATE payments SET recheck_at_block = option.recheck_at_block, recheck_at_time = option.recheck_at_time,
        sweep = option.sweep
      FROM payment_options option
      WHERE option.payment_id = payments.id AND option.chain_id = payments.chain_id
        AND option.token_id IS NOT DISTINCT FROM payments.token_id`);
    await queryRunner.query(`
      CREATE INDEX payments_unsettled_idx ON payments (chain_id, id) WHERE status = 'confirmed' AND sweep IS NULL`);
    await queryRunner.query(`
      CREATE INDEX payments_recheck_time_idx ON payments (chain_id, recheck_at_time) WHERE recheck_at_time IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX payments_recheck_block_idx ON payments (chain_id, recheck_at_block) WHERE recheck_at_block IS NOT NULL`);
    await queryRunner.query(
      'CREATE INDEX payments_native_watch_idx ON payments (chain_id, expires_at) WHERE token_id IS NULL',
    );
    await queryRunner.query('DROP TABLE payment_options');
    await queryRunner.query('ALTER TABLE transfers DROP COLUMN value_factor');
    await queryRunner.query(
      `ALTER TABLE payments DROP CONSTRAINT payments_price_check,
       ${PRICE_COLUMNS.map((column) => `DROP COLUMN ${column.split(' ')[0]}`).join(', ')}`,
    );
  }
}
