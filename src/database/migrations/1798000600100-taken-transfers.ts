import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * A sweep names the transfers that it takes away; until now all that came up to a block was taken for swept, what was not
 * final yet included, and stayed at its address. The mark is taken from what may still be there: a transfer no larger
 * than what the books have at its address. The next plan looks at the chain, and sweeps it, or marks it again.
 */
export class TakenTransfers1798000600100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE sweeps ADD taken_transfers uuid[] NOT NULL DEFAULT '{}'`);
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
