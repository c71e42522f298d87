import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** One transaction of the gas tank moves what lies at many addresses (EIP-7702), and one makes the contract for it. */
export class OutgoingParts1764810000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE outgoing_parts (
        outgoing_id uuid NOT NULL,
        position integer NOT NULL,
        chain_id bigint NOT NULL,
        subject_id uuid NOT NULL,
        from_address varchar(42) NOT NULL,
        recipient varchar(42) NOT NULL,
        token_address varchar(42) NOT NULL,
        amount numeric(78,0) NOT NULL,
        authorization_nonce bigint,
        received numeric(78,0),
        fee numeric(78,0),
        reason text,
        CONSTRAINT outgoing_parts_outgoing_fkey FOREIGN KEY (outgoing_id) REFERENCES outgoing_transactions(id),
        CONSTRAINT outgoing_parts_pkey PRIMARY KEY (outgoing_id, position)
      )`);
    await queryRunner.query('CREATE INDEX outgoing_parts_subject_idx ON outgoing_parts (subject_id)');
    await queryRunner.query(
      'CREATE INDEX outgoing_parts_address_idx ON outgoing_parts (chain_id, from_address)',
    );
    await queryRunner.query(`
      CREATE UNIQUE INDEX outgoing_parts_authorization_key
      ON outgoing_parts (chain_id, from_address, authorization_nonce) WHERE authorization_nonce IS NOT NULL`);
    await check(queryRunner, 'sweeps', 'path', ['transfer', 'eip7702']);
    await check(queryRunner, 'outgoing_transactions', 'purpose', [...PURPOSES, 'deploy']);
    await check(queryRunner, 'ledger_transactions', 'kind', [...KINDS, 'deploy']);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await check(queryRunner, 'ledger_transactions', 'kind', KINDS);
    await check(queryRunner, 'outgoing_transactions', 'purpose', PURPOSES);
    await queryRunner.query(`UPDATE sweeps SET path = 'transfer' WHERE path = 'eip7702'`);
    await check(queryRunner, 'sweeps', 'path', ['transfer']);
    await queryRunner.query('DROP TABLE outgoing_parts');
  }
}

const PURPOSES = ['sweep', 'gas', 'gas_return', 'refund'];
const KINDS = ['deposit', 'sweep', 'gas', 'gas_return', 'refund', 'top_up', 'opening'];

async function check(
  queryRunner: QueryRunner,
  table: string,
  column: string,
  allowed: readonly string[],
): Promise<void> {
  const name = `${table}_${column}_check`;
  const values = allowed.map((value) => `'${value}'`).join(',');
  await queryRunner.query(
    `ALTER TABLE ${table} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} CHECK (${column} IN (${values}))`,
  );
}
