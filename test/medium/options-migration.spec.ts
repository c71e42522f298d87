import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type QueryRunner } from 'typeorm';
import { PaymentOptions1797000000000 } from '../../src/database/migrations/1797000000000-payment-options.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

const ID = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01';
const MERCHANT = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f02';
const SWEEP = { tx_hash: `0x${'a1'.repeat(32)}`, amount: '90', fee: '10' };

let database: TestDatabase;
let runner: QueryRunner;

beforeAll(async () => {
  database = await createDatabase();
  runner = database.dataSource.createQueryRunner();
  await runner.query('INSERT INTO merchants (id, name) VALUES ($1, $2)', [MERCHANT, 'one']);
  await runner.query(
    `INSERT INTO payments (id, merchant_id, chain_id, chain, address, deposit_scheme, derivation_index, amount,
       amount_received, amount_confirmed, status, expires_at)
     VALUES ($1, $2, 1, 'one', $3, 'hd', 7, 100, 100, 100, 'confirmed', '2026-01-01')`,
    [ID, MERCHANT, `0x${'ab'.repeat(20)}`],
  );
  await runner.query(
    `INSERT INTO payment_options (payment_id, position, chain_id, chain, amount, expires_at, amount_received,
       amount_confirmed, recheck_at_block, sweep)
     VALUES ($1, 0, 1, 'one', 100, '2026-01-01', 100, 100, 12, $2)`,
    [ID, JSON.stringify(SWEEP)],
  );
});
afterAll(async () => {
  await runner?.release();
  await database?.drop();
});

/** What the migration makes of it, undone again. */
async function undone<T>(work: (migration: PaymentOptions1797000000000) => Promise<T>): Promise<T> {
  await runner.startTransaction();
  try {
    return await work(new PaymentOptions1797000000000());
  } finally {
    await runner.rollbackTransaction();
  }
}

describe('the migration to options', () => {
  it('goes back, and on again, without losing what a payment with one option has', async () => {
    const [before, between, after] = await undone(async (migration) => {
      const options: unknown = await runner.query('SELECT * FROM payment_options');
      await migration.down(runner);
      const payments: unknown = await runner.query('SELECT recheck_at_block, sweep FROM payments');
      await migration.up(runner);
      return [options, payments, (await runner.query('SELECT * FROM payment_options')) as unknown];
    });
    expect(between).toEqual([{ recheck_at_block: '12', sweep: SWEEP }]);
    expect(after).toEqual(before);
  });

  it.each([
    ['came in another asset', 'confirmed', 1],
    ['may still come in another asset', 'pending', 0],
  ])('does not go back where money %s', async (_what, status, amount) => {
    const gone = undone(async (migration) => {
      await runner.query('UPDATE payments SET status = $1', [status]);
      await runner.query(
        `INSERT INTO payment_options (payment_id, position, chain_id, chain, amount, expires_at, amount_received)
         VALUES ($1, 1, 2, 'two', 5, '2026-01-01', $2)`,
        [ID, amount],
      );
      await migration.down(runner);
    });
    await expect(gone).rejects.toThrow(new RegExp(`1 payments .*several assets.*${ID} \\(${status}\\)`));
  });

  it('goes back where a payment that ended had all its money in one asset', async () => {
    const left = await undone(async (migration) => {
      await runner.query(
        `INSERT INTO payment_options (payment_id, position, chain_id, chain, amount, expires_at)
         VALUES ($1, 1, 2, 'two', 5, '2026-01-01')`,
        [ID],
      );
      await migration.down(runner);
      return (await runner.query('SELECT chain, amount_received FROM payments')) as unknown;
    });
    expect(left).toEqual([{ chain: 'one', amount_received: '100' }]);
  });
});
