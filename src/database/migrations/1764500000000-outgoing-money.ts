import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class OutgoingMoney1764500000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE outgoing_transactions (
        id uuid NOT NULL,
        chain_id bigint NOT NULL,
        purpose varchar(12) NOT NULL,
        subject_id uuid,
        account varchar(10) NOT NULL,
        derivation_index bigint,
        from_address varchar(42) NOT NULL,
        nonce bigint NOT NULL,
        recipient varchar(42) NOT NULL,
        token_address varchar(42),
        amount numeric(78,0) NOT NULL,
        is_drain boolean NOT NULL DEFAULT false,
        state varchar(10) NOT NULL,
        reason text,
        tx_hash varchar(66),
        block_number bigint,
        block_hash varchar(66),
        succeeded boolean,
        gas_used bigint,
        effective_gas_price numeric(78,0),
        fee numeric(78,0),
        received numeric(78,0),
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        checked_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT outgoing_transactions_purpose_check CHECK (purpose IN ('sweep','gas','gas_return','refund')),
        CONSTRAINT outgoing_transactions_account_check CHECK (account IN ('deposit','gas_tank','payout')),
        CONSTRAINT outgoing_transactions_state_check CHECK (state IN ('signed','sent','mined','confirmed','failed')),
        CONSTRAINT outgoing_transactions_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX outgoing_transactions_nonce_key ON outgoing_transactions (chain_id, from_address, nonce)',
    );
    await queryRunner.query(`
      CREATE INDEX outgoing_transactions_open_idx ON outgoing_transactions (chain_id, id)
      WHERE state IN ('signed','sent','mined')`);
    await queryRunner.query(
      'CREATE INDEX outgoing_transactions_subject_idx ON outgoing_transactions (subject_id)',
    );
    await queryRunner.query(
      'CREATE INDEX outgoing_transactions_day_idx ON outgoing_transactions (chain_id, created_at)',
    );
    await queryRunner.query(`
      CREATE TABLE outgoing_attempts (
        chain_id bigint NOT NULL,
        tx_hash varchar(66) NOT NULL,
        outgoing_id uuid NOT NULL,
        ordinal integer NOT NULL,
        raw text NOT NULL,
        gas_limit bigint NOT NULL,
        max_fee_per_gas numeric(78,0) NOT NULL,
        max_priority_fee_per_gas numeric(78,0),
        amount numeric(78,0) NOT NULL,
        signed_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        CONSTRAINT outgoing_attempts_pkey PRIMARY KEY (chain_id, tx_hash),
        CONSTRAINT outgoing_attempts_outgoing_fkey FOREIGN KEY (outgoing_id) REFERENCES outgoing_transactions(id)
      )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX outgoing_attempts_ordinal_key ON outgoing_attempts (outgoing_id, ordinal)',
    );
    await queryRunner.query(`
      CREATE TABLE sweeps (
        id uuid NOT NULL,
        chain_id bigint NOT NULL,
        payment_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        from_address varchar(42) NOT NULL,
        derivation_index bigint NOT NULL,
        token_address varchar(42),
        treasury varchar(42) NOT NULL,
        amount numeric(78,0) NOT NULL,
        estimated_fee numeric(78,0) NOT NULL,
        fee numeric(78,0),
        received numeric(78,0),
        path varchar(10) NOT NULL,
        state varchar(10) NOT NULL,
        reason_code varchar(24),
        reason text,
        is_forced boolean NOT NULL DEFAULT false,
        is_complete boolean NOT NULL DEFAULT false,
        taken_at_block bigint,
        gas_settled boolean NOT NULL DEFAULT false,
        outgoing_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        CONSTRAINT sweeps_state_check CHECK (state IN ('waiting','planned','funding','sent','confirmed','failed')),
        CONSTRAINT sweeps_path_check CHECK (path IN ('transfer','batch')),
        CONSTRAINT sweeps_payment_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
        CONSTRAINT sweeps_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id),
        CONSTRAINT sweeps_outgoing_fkey FOREIGN KEY (outgoing_id) REFERENCES outgoing_transactions(id),
        CONSTRAINT sweeps_pkey PRIMARY KEY (id)
      )`);
    const open = `state IN ('waiting','planned','funding','sent')`;
    await queryRunner.query(`
      CREATE UNIQUE INDEX sweeps_open_native_key ON sweeps (chain_id, from_address)
      WHERE token_address IS NULL AND ${open}`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX sweeps_open_token_key ON sweeps (chain_id, from_address, token_address)
      WHERE token_address IS NOT NULL AND ${open}`);
    await queryRunner.query(`CREATE INDEX sweeps_open_idx ON sweeps (chain_id, id) WHERE ${open}`);
    await queryRunner.query('CREATE INDEX sweeps_address_idx ON sweeps (chain_id, from_address, id)');
    await queryRunner.query('CREATE INDEX sweeps_payment_idx ON sweeps (payment_id, id)');
    await queryRunner.query('CREATE INDEX sweeps_merchant_idx ON sweeps (merchant_id, id)');
    await queryRunner.query('CREATE INDEX sweeps_outgoing_idx ON sweeps (outgoing_id)');
    await queryRunner.query(`
      CREATE INDEX sweeps_gas_idx ON sweeps (chain_id, id)
      WHERE gas_settled = false AND state IN ('confirmed','failed') AND token_address IS NOT NULL`);
    await queryRunner.query(`
      CREATE TABLE refunds (
        id uuid NOT NULL,
        payment_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        chain_id bigint NOT NULL,
        token_address varchar(42),
        to_address varchar(42) NOT NULL,
        amount numeric(78,0) NOT NULL,
        reason varchar(500),
        from_address varchar(42) NOT NULL,
        derivation_index bigint NOT NULL,
        state varchar(10) NOT NULL,
        source varchar(10),
        outgoing_id uuid,
        waits_for text,
        failure text,
        fee numeric(78,0),
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT refunds_amount_check CHECK (amount > 0),
        CONSTRAINT refunds_state_check CHECK (state IN ('created','sent','confirmed','failed')),
        CONSTRAINT refunds_source_check CHECK (source IN ('deposit','payout')),
        CONSTRAINT refunds_payment_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
        CONSTRAINT refunds_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id),
        CONSTRAINT refunds_outgoing_fkey FOREIGN KEY (outgoing_id) REFERENCES outgoing_transactions(id),
        CONSTRAINT refunds_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query('CREATE INDEX refunds_payment_idx ON refunds (payment_id, id)');
    await queryRunner.query(
      `CREATE INDEX refunds_open_idx ON refunds (chain_id, id) WHERE state IN ('created','sent')`,
    );
    await queryRunner.query(`
      CREATE TABLE sweeper_controls (
        id smallint NOT NULL,
        is_paused boolean NOT NULL DEFAULT false,
        reason text,
        changed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sweeper_controls_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query('INSERT INTO sweeper_controls (id) VALUES (1)');
    await queryRunner.query('ALTER TABLE payments ADD COLUMN sweep jsonb');
    await queryRunner.query('ALTER TABLE transfers ADD COLUMN swept_at timestamptz');
    await queryRunner.query(`
      CREATE INDEX transfers_unswept_idx ON transfers (chain_id, to_address)
      WHERE state = 'included' AND swept_at IS NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transfers_unswept_idx');
    await queryRunner.query('ALTER TABLE transfers DROP COLUMN swept_at');
    await queryRunner.query('ALTER TABLE payments DROP COLUMN sweep');
    for (const table of [
      'sweeper_controls',
      'refunds',
      'sweeps',
      'outgoing_attempts',
      'outgoing_transactions',
    ]) {
      await queryRunner.query(`DROP TABLE ${table}`);
    }
  }
}
