import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Ledger1764650000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ledger_transactions (
        id uuid NOT NULL CONSTRAINT ledger_transactions_pkey PRIMARY KEY,
        subject varchar(140) NOT NULL,
        sequence integer NOT NULL,
        kind varchar(12) NOT NULL,
        reverses uuid,
        chain_id bigint NOT NULL,
        tx_hash varchar(66),
        block_number bigint NOT NULL,
        block_hash varchar(66) NOT NULL,
        block_time timestamptz NOT NULL,
        payment_id uuid,
        booked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ledger_transactions_kind_check CHECK
          (kind IN ('deposit','sweep','gas','gas_return','refund','top_up','opening')),
        CONSTRAINT ledger_transactions_reverses_fkey FOREIGN KEY (reverses) REFERENCES ledger_transactions(id)
      )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX ledger_transactions_subject_key ON ledger_transactions (subject, sequence)',
    );
    await queryRunner.query(`
      CREATE UNIQUE INDEX ledger_transactions_reverses_key ON ledger_transactions (reverses)
      WHERE reverses IS NOT NULL`);
    await queryRunner.query('CREATE INDEX ledger_transactions_booked_idx ON ledger_transactions (booked_at)');
    await queryRunner.query(`
      CREATE INDEX ledger_transactions_observed_idx ON ledger_transactions (chain_id, block_number)
      WHERE kind IN ('top_up','opening')`);
    await queryRunner.query(`
      CREATE TABLE ledger_entries (
        transaction_id uuid NOT NULL,
        position smallint NOT NULL,
        chain_id bigint NOT NULL,
        block_number bigint NOT NULL,
        account varchar(10) NOT NULL,
        address varchar(42),
        token_address varchar(42),
        amount numeric(78,0) NOT NULL,
        CONSTRAINT ledger_entries_pkey PRIMARY KEY (transaction_id, position),
        CONSTRAINT ledger_entries_account_check CHECK
          (account IN ('customer','deposit','gas_tank','payout','treasury','fees','external')),
        CONSTRAINT ledger_entries_amount_check CHECK (amount <> 0),
        CONSTRAINT ledger_entries_transaction_fkey FOREIGN KEY (transaction_id) REFERENCES ledger_transactions(id)
      )`);
    await queryRunner.query(`
      CREATE INDEX ledger_entries_balance_idx ON ledger_entries (chain_id, address, block_number)
      WHERE address IS NOT NULL`);
    await queryRunner.query(`
      CREATE TABLE ledger_accounts (
        chain_id bigint NOT NULL,
        address varchar(42) NOT NULL,
        account varchar(10) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ledger_accounts_pkey PRIMARY KEY (chain_id, address),
        CONSTRAINT ledger_accounts_account_check CHECK (account IN ('gas_tank','payout'))
      )`);
    await this.guard(queryRunner);
    await this.bookWhatThereIs(queryRunner);
  }

  /** The rules of the books hold for whoever writes to them. */
  private async guard(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the ledger is append-only: % of % is refused; book a reversal instead', TG_OP, TG_TABLE_NAME;
      END $$`);
    for (const table of ['ledger_transactions', 'ledger_entries']) {
      await queryRunner.query(`
        CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()`);
    }
    // The legs of a transaction come in one statement; so each is checked once, and none can be added later unbalanced.
    await queryRunner.query(`
      CREATE FUNCTION ledger_require_balance() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE wrong record;
      BEGIN
        SELECT transaction_id, token_address, sum(amount) AS rest INTO wrong FROM added
        GROUP BY transaction_id, token_address HAVING sum(amount) <> 0 LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION 'ledger transaction % does not balance: % is left over of %', wrong.transaction_id, wrong.rest,
            coalesce(wrong.token_address, 'the native asset');
        END IF;
        RETURN NULL;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_balance()`);
  }

  /** What reached our addresses before there was a ledger. */
  private async bookWhatThereIs(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      INSERT INTO ledger_transactions
        (id, subject, sequence, kind, chain_id, tx_hash, block_number, block_hash, block_time, payment_id)
      SELECT id, 'transfer:' || id, 0, 'deposit', chain_id, tx_hash, block_number, block_hash, block_time, payment_id
      FROM transfers WHERE state = 'included'`);
    await queryRunner.query(`
      INSERT INTO ledger_entries
        (transaction_id, position, chain_id, block_number, account, address, token_address, amount)
      SELECT id, leg.position, chain_id, block_number, leg.account,
        CASE leg.account WHEN 'deposit' THEN to_address END, token_address, leg.sign * amount
      FROM transfers, (VALUES (0, 'customer', -1), (1, 'deposit', 1)) AS leg (position, account, sign)
      WHERE state = 'included' AND amount > 0`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ledger_accounts');
    await queryRunner.query('DROP TABLE ledger_entries');
    await queryRunner.query('DROP TABLE ledger_transactions');
    await queryRunner.query('DROP FUNCTION ledger_require_balance');
    await queryRunner.query('DROP FUNCTION ledger_refuse_change');
  }
}
