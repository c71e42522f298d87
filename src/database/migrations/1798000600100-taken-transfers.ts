import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The oldest at the address, as far as they are in what the sweep moves, with the fee that comes out of it. */
const TAKEN_BY_THOSE_UNDER_WAY = `
  UPDATE sweeps SET taken_transfers = taken.ids FROM (
    SELECT id, array_agg(transfer_id) AS ids FROM (
      SELECT sweep.id, transfer.id AS transfer_id, sweep.amount, sweep.token_address, sweep.outgoing_id,
        sum(transfer.amount) OVER (PARTITION BY sweep.id ORDER BY transfer.block_number, transfer.id) AS so_far
      FROM sweeps sweep JOIN transfers transfer ON transfer.chain_id = sweep.chain_id
        AND transfer.to_address = sweep.from_address
        AND transfer.token_address IS NOT DISTINCT FROM sweep.token_address
        AND transfer.block_number <= sweep.taken_at_block
        AND transfer.state = 'included' AND transfer.swept_at IS NULL
      WHERE sweep.state = 'sent' AND sweep.is_complete) found
    WHERE so_far <= amount + CASE WHEN token_address IS NULL THEN coalesce((
      SELECT max(gas_limit * max_fee_per_gas) FROM outgoing_attempts
      WHERE outgoing_attempts.outgoing_id = found.outgoing_id), 0) ELSE 0 END
    GROUP BY id) taken
  WHERE sweeps.id = taken.id`;

/**
 * A sweep names the transfers that it takes away; until now all that came up to a block was taken for swept, what was not
 * final yet included, and stayed at its address. The mark is taken from what may still be there: a transfer no larger
 * than what the books have at its address. The next plan looks at the chain, and sweeps it, or marks it again.
 */
export class TakenTransfers1798000600100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE sweeps ADD taken_transfers uuid[] NOT NULL DEFAULT '{}'`);
    await queryRunner.query(TAKEN_BY_THOSE_UNDER_WAY);
    await queryRunner.query('ALTER TABLE sweeps DROP COLUMN taken_at_block');
    await queryRunner.query(`
      WITH held AS (
        SELECT chain_id, address, token_address, sum(amount) AS amount FROM ledger_entries
        WHERE account = 'deposit' GROUP BY chain_id, address, token_address HAVING sum(amount) > 0)
      UPDATE transfers SET swept_at = NULL FROM held
      WHERE transfers.chain_id = held.chain_id AND transfers.to_address = held.address
        AND transfers.token_address IS NOT DISTINCT FROM held.token_address
        AND transfers.state = 'included' AND transfers.swept_at IS NOT NULL
        AND transfers.amount > 0 AND transfers.amount <= held.amount
        AND NOT EXISTS (SELECT FROM transfers other
          WHERE other.chain_id = held.chain_id AND other.to_address = held.address
            AND other.token_address IS NOT DISTINCT FROM held.token_address
            AND other.state = 'included' AND other.swept_at IS NULL)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE sweeps ADD taken_at_block bigint');
    await queryRunner.query('ALTER TABLE sweeps DROP COLUMN taken_transfers');
  }
}
