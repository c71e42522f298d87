import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class FirstPayment1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE SEQUENCE derivation_index_seq AS bigint MINVALUE 0 MAXVALUE 2147483647 START 0',
    );
    await queryRunner.query(`
      CREATE TABLE merchants (
        id uuid NOT NULL,
        name varchar(200) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT merchants_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`
      CREATE TABLE api_keys (
        id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        name varchar(200) NOT NULL,
        prefix varchar(16) NOT NULL,
        key_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz,
        revoked_at timestamptz,
        CONSTRAINT api_keys_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX api_keys_hash_key ON api_keys (key_hash)`);
    await queryRunner.query(`CREATE INDEX api_keys_merchant_idx ON api_keys (merchant_id, id)`);
    await queryRunner.query(`
      CREATE TABLE tokens (
        id uuid NOT NULL,
        chain_id bigint NOT NULL,
        address varchar(42) NOT NULL,
        symbol varchar(32) NOT NULL,
        decimals smallint NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        CONSTRAINT tokens_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX tokens_chain_address_key ON tokens (chain_id, address)`);
    await queryRunner.query(`
      CREATE TABLE idempotency_records (
        merchant_id uuid NOT NULL,
        key varchar(255) NOT NULL,
        request_hash bytea NOT NULL,
        status smallint NOT NULL,
        response text NOT NULL,
        sealed boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_records_pkey PRIMARY KEY (merchant_id, key)
      )`);
    await queryRunner.query(
      `CREATE INDEX idempotency_records_created_idx ON idempotency_records (created_at)`,
    );
    await queryRunner.query(`
      CREATE TABLE payments (
        id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        chain_id bigint NOT NULL,
        chain varchar(20) NOT NULL,
        token_id uuid,
        address varchar(42) NOT NULL,
        deposit_scheme varchar(16) NOT NULL,
        deposit_parameters jsonb,
        derivation_index bigint NOT NULL,
        amount numeric(78,0) NOT NULL,
        amount_received numeric(78,0) NOT NULL DEFAULT 0,
        amount_confirmed numeric(78,0) NOT NULL DEFAULT 0,
        status varchar(16) NOT NULL DEFAULT 'pending',
        exception varchar(16),
        confirmations integer NOT NULL DEFAULT 0,
        required_confirmations integer,
        detected_in_block bigint,
        recheck_at_block bigint,
        recheck_at_time timestamptz,
        reference varchar(255),
        metadata jsonb,
        version integer NOT NULL DEFAULT 1,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        detected_at timestamptz,
        confirmed_at timestamptz,
        settled_at timestamptz,
        CONSTRAINT payments_amount_check CHECK (amount > 0),
        CONSTRAINT payments_exception_check CHECK (exception IN ('underpaid','overpaid','late')),
        CONSTRAINT payments_status_check CHECK (status IN ('pending','partially_paid','detected','confirmed','settled','expired','failed')),
        CONSTRAINT payments_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX payments_address_key ON payments (address)`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX payments_derivation_index_key ON payments (derivation_index)`,
    );
    await queryRunner.query(
      `CREATE INDEX payments_recheck_block_idx ON payments (chain_id, recheck_at_block) WHERE recheck_at_block IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX payments_recheck_time_idx ON payments (chain_id, recheck_at_time) WHERE recheck_at_time IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX payments_merchant_reference_idx ON payments (merchant_id, reference, id) WHERE reference IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX payments_merchant_status_idx ON payments (merchant_id, status, id)`,
    );
    await queryRunner.query(`CREATE INDEX payments_merchant_idx ON payments (merchant_id, id)`);
    await queryRunner.query(`
      CREATE TABLE events (
        id varchar(40) NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        type varchar(64) NOT NULL,
        merchant_id uuid NOT NULL,
        payment_id uuid,
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        dispatched_at timestamptz,
        CONSTRAINT events_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX events_position_key ON events (position)`);
    await queryRunner.query(`CREATE INDEX events_merchant_idx ON events (merchant_id, position)`);
    await queryRunner.query(`CREATE INDEX events_payment_idx ON events (payment_id, position)`);
    await queryRunner.query(
      `CREATE INDEX events_undispatched_idx ON events (position) WHERE dispatched_at IS NULL`,
    );
    await queryRunner.query(`
      CREATE TABLE transfers (
        id uuid NOT NULL,
        payment_id uuid NOT NULL,
        chain_id bigint NOT NULL,
        tx_hash varchar(66) NOT NULL,
        ordinal integer NOT NULL,
        log_index integer,
        block_number bigint NOT NULL,
        block_hash varchar(66) NOT NULL,
        block_time timestamptz NOT NULL,
        from_address varchar(42) NOT NULL,
        to_address varchar(42) NOT NULL,
        token_address varchar(42),
        amount numeric(78,0) NOT NULL,
        kind varchar(10) NOT NULL,
        state varchar(10) NOT NULL,
        uncounted_reason varchar(20),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT transfers_state_check CHECK (state IN ('included','orphaned')),
        CONSTRAINT transfers_kind_check CHECK (kind IN ('native','erc20','internal')),
        CONSTRAINT transfers_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`CREATE INDEX transfers_block_idx ON transfers (chain_id, block_number)`);
    await queryRunner.query(`CREATE INDEX transfers_payment_idx ON transfers (payment_id)`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX transfers_identity_key ON transfers (chain_id, tx_hash, ordinal, kind)`,
    );
    await queryRunner.query(`
      CREATE TABLE chain_blocks (
        chain_id bigint NOT NULL,
        block_number bigint NOT NULL,
        block_hash varchar(66) NOT NULL,
        block_time timestamptz NOT NULL,
        CONSTRAINT chain_blocks_pkey PRIMARY KEY (chain_id, block_number)
      )`);
    await queryRunner.query(`
      CREATE TABLE chain_cursors (
        chain_id bigint NOT NULL,
        block_number bigint NOT NULL,
        block_hash varchar(66) NOT NULL,
        block_time timestamptz NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT chain_cursors_pkey PRIMARY KEY (chain_id)
      )`);
    await queryRunner.query(`
      CREATE TABLE webhook_endpoints (
        id uuid NOT NULL,
        merchant_id uuid,
        url text NOT NULL,
        event_types text[] NOT NULL,
        description text,
        metadata jsonb,
        secrets jsonb NOT NULL DEFAULT '[]',
        state varchar(10) NOT NULL DEFAULT 'enabled',
        reason text,
        failing_since timestamptz,
        rate_limit integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT webhook_endpoints_state_check CHECK (state IN ('enabled','disabled')),
        CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(
      `CREATE INDEX webhook_endpoints_merchant_idx ON webhook_endpoints (merchant_id, id)`,
    );
    await queryRunner.query(`
      CREATE TABLE webhook_deliveries (
        id uuid NOT NULL,
        event_id varchar(40) NOT NULL,
        endpoint_id uuid NOT NULL,
        state varchar(10) NOT NULL DEFAULT 'pending',
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('pending','delivered','dead','cancelled')),
        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (next_attempt_at) WHERE state = 'pending'`,
    );
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_endpoint_idx ON webhook_deliveries (endpoint_id, state, id)`,
    );
    await queryRunner.query(
      `CREATE UNIQUE INDEX webhook_deliveries_event_endpoint_key ON webhook_deliveries (event_id, endpoint_id)`,
    );
    await queryRunner.query(`
      CREATE TABLE webhook_attempts (
        id uuid NOT NULL,
        delivery_id uuid NOT NULL,
        started_at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        status smallint,
        error text,
        response text,
        CONSTRAINT webhook_attempts_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(
      `CREATE INDEX webhook_attempts_delivery_idx ON webhook_attempts (delivery_id, started_at)`,
    );
    await queryRunner.query(
      `ALTER TABLE api_keys ADD CONSTRAINT api_keys_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE idempotency_records ADD CONSTRAINT idempotency_records_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE payments ADD CONSTRAINT payments_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE payments ADD CONSTRAINT payments_token_fkey FOREIGN KEY (token_id) REFERENCES tokens(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE events ADD CONSTRAINT events_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE events ADD CONSTRAINT events_payment_fkey FOREIGN KEY (payment_id) REFERENCES payments(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE transfers ADD CONSTRAINT transfers_payment_fkey FOREIGN KEY (payment_id) REFERENCES payments(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_event_fkey FOREIGN KEY (event_id) REFERENCES events(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id)`,
    );
    await queryRunner.query(
      `ALTER TABLE webhook_attempts ADD CONSTRAINT webhook_attempts_delivery_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries(id)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES_CHILDREN_FIRST) await queryRunner.query(`DROP TABLE ${table}`);
    await queryRunner.query('DROP SEQUENCE derivation_index_seq');
  }
}

const TABLES_CHILDREN_FIRST = [
  'webhook_attempts',
  'webhook_deliveries',
  'webhook_endpoints',
  'transfers',
  'events',
  'payments',
  'idempotency_records',
  'chain_blocks',
  'chain_cursors',
  'tokens',
  'api_keys',
  'merchants',
];
